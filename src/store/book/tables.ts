import type { Assignment, Review, Submission } from "../../model/assignment.ts";
import type { TaskEvent } from "../../model/events.ts";
import type { Agent, AllowanceUse, ApiKey, GrantAllotment, Party } from "../../model/party.ts";
import type { Membership, Person } from "../../model/person.ts";
import type { Question } from "../../model/question.ts";
import type { Spending } from "../../model/spending.ts";
import type { Task } from "../../model/task.ts";
import type { Transfer, Wallet } from "../../model/wallet.ts";
import { defineTable, type Statement } from "../table.ts";

/** The tables that the book reads and writes. */

export const tasks = defineTable<Task>({
  name: "tasks",
  key: ["id"],
  columns: {
    id: "uuid",
    posterId: "uuid",
    parentId: "uuid",
    intake: "text",
    state: "text",
    visibility: "text",
    agentId: "uuid",
    title: "text",
    description: "text",
    category: "text",
    instructions: "text",
    expectedOutput: "text",
    inputs: "json",
    tags: "text[]",
    requiredCapabilities: "text[]",
    currency: "text",
    funding: "text",
    allowanceHolderId: "text",
    budget: "bigint",
    price: "bigint",
    feeBasisPoints: "integer",
    reviewPolicy: "text",
    reviewHours: "integer",
    disputeHours: "integer",
    maxRevisions: "integer",
    revisionCount: "integer",
    timeLimitMinutes: "integer",
    maxProposals: "integer",
    proposalCount: "integer",
    waitingFor: "integer",
    managerDueAt: "timestamptz",
    plannedBy: "text",
    releaseDueAt: "timestamptz",
    expiresAt: "timestamptz",
    reviewDueAt: "timestamptz",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
    completedAt: "timestamptz",
    eventCount: "integer",
  },
});

/** What of a task changes after it was posted; the long texts stay where they are. */
export type TaskProgress = Pick<
  Task,
  | "id"
  | "state"
  | "price"
  | "revisionCount"
  | "maxProposals"
  | "proposalCount"
  | "waitingFor"
  | "managerDueAt"
  | "releaseDueAt"
  | "expiresAt"
  | "reviewDueAt"
  | "updatedAt"
  | "completedAt"
  | "eventCount"
>;

export const taskProgress = defineTable<TaskProgress>({
  name: "tasks",
  key: ["id"],
  columns: {
    id: "uuid",
    state: "text",
    price: "bigint",
    revisionCount: "integer",
    maxProposals: "integer",
    proposalCount: "integer",
    waitingFor: "integer",
    managerDueAt: "timestamptz",
    releaseDueAt: "timestamptz",
    expiresAt: "timestamptz",
    reviewDueAt: "timestamptz",
    updatedAt: "timestamptz",
    completedAt: "timestamptz",
    eventCount: "integer",
  },
});

export const assignments = defineTable<Assignment>({
  name: "assignments",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    workerId: "uuid",
    state: "text",
    proposalId: "uuid",
    price: "bigint",
    dueAt: "timestamptz",
    leaseExpiresAt: "timestamptz",
    startedAt: "timestamptz",
    heardAt: "timestamptz",
    nudges: "integer",
    heartbeatSeconds: "integer",
    openQuestionId: "uuid",
    pausedMs: "bigint",
    createdAt: "timestamptz",
    endedAt: "timestamptz",
  },
});

export const submissions = defineTable<Submission>({
  name: "submissions",
  key: ["id"],
  columns: {
    id: "uuid",
    assignmentId: "uuid",
    taskId: "uuid",
    workerId: "uuid",
    text: "text",
    fileIds: "uuid[]",
    links: "text[]",
    resultUrl: "text",
    createdAt: "timestamptz",
  },
});

export const parties = defineTable<Party>({
  name: "parties",
  key: ["id"],
  columns: {
    id: "uuid",
    kind: "text",
    name: "text",
    organizationId: "uuid",
    shortId: "text",
    engineer: "text",
    approval: "text",
    pausedAt: "timestamptz",
    createdAt: "timestamptz",
  },
});

export const agents = defineTable<Agent>({
  name: "agents",
  key: ["id"],
  columns: {
    id: "uuid",
    description: "text",
    capabilities: "text[]",
    pricePerTask: "bigint",
    endpointUrl: "text",
    systemPrompt: "text",
    webhookUrl: "text",
    ownerEmail: "text",
    categories: "text[]",
    taskForce: "boolean",
    autoAccept: "boolean",
    executor: "text",
    executorSettings: "json",
    runLimits: "json",
    takesOpenTasks: "boolean",
  },
});

/** Only ever added to by the book; better-auth, whose columns are camelCase, does the rest. */
export const insertPeople: Statement<Person> = {
  name: "insert_people",
  text: `insert into users (id, name, email, "createdAt", "updatedAt")
    select r.id, r.name, r.email, r."createdAt", r."createdAt"
    from json_to_recordset($1) as r(id text, name text, email text, "createdAt" timestamptz)`,
  values: (rows) => [JSON.stringify(rows)],
};

export const memberships = defineTable<Membership>({
  name: "memberships",
  key: ["userId", "organizationId"],
  columns: { userId: "text", organizationId: "uuid", role: "text", createdAt: "timestamptz" },
});

export const apiKeys = defineTable<ApiKey>({
  name: "api_keys",
  key: ["id"],
  columns: {
    id: "uuid",
    partyId: "uuid",
    userId: "text",
    role: "text",
    label: "text",
    hash: "text",
    prefix: "text",
    dailyCents: "bigint",
    dailyCredits: "bigint",
    spendsAs: "uuid",
    createdAt: "timestamptz",
  },
});

export const wallets = defineTable<Wallet>({
  name: "wallets",
  key: ["partyId", "currency"],
  columns: { partyId: "uuid", currency: "text", balance: "bigint" },
});

export const grantAllotments = defineTable<GrantAllotment>({
  name: "grant_allotments",
  key: ["ownerEmail"],
  columns: { ownerEmail: "text", used: "integer" },
});

export const allowances = defineTable<AllowanceUse>({
  name: "allowances",
  key: ["holderId", "day"],
  columns: { holderId: "text", day: "date", used: "integer" },
});

export const spendings = defineTable<Spending>({
  name: "spendings",
  key: ["subjectId", "currency", "day"],
  columns: { subjectId: "uuid", currency: "text", day: "date", amount: "bigint" },
});

export const questions = defineTable<Question>({
  name: "questions",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    assignmentId: "uuid",
    askerId: "uuid",
    type: "text",
    content: "text",
    items: "json",
    askedAt: "timestamptz",
    answeredAt: "timestamptz",
    answerText: "text",
    answers: "json",
  },
});

export const reviews = defineTable<Review>({
  name: "reviews",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    submissionId: "uuid",
    reviewerId: "uuid",
    verdict: "text",
    rating: "integer",
    feedback: "text",
    scores: "json",
    createdAt: "timestamptz",
  },
});

export const transfers = defineTable<Transfer>({
  name: "transfers",
  key: ["id"],
  columns: {
    id: "uuid",
    kind: "text",
    debit: "text",
    credit: "text",
    amount: "bigint",
    currency: "text",
    taskId: "uuid",
    command: "text",
    debitBalance: "bigint",
    creditBalance: "bigint",
    at: "timestamptz",
  },
});

export const taskEvents = defineTable<TaskEvent>({
  name: "task_events",
  key: ["taskId", "number"],
  columns: { taskId: "uuid", number: "integer", type: "text", actorId: "uuid", data: "json", at: "timestamptz" },
});
