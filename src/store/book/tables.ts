import type { Assignment, Submission } from "../../model/assignment.ts";
import type { TaskEvent } from "../../model/events.ts";
import type { Agent, ApiKey, GrantAllotment, Party } from "../../model/party.ts";
import type { Task } from "../../model/task.ts";
import type { Transfer, Wallet } from "../../model/wallet.ts";
import { defineTable } from "../table.ts";

/** The tables that the book reads and writes. */

export const tasks = defineTable<Task>({
  name: "tasks",
  key: ["id"],
  columns: {
    id: "uuid",
    posterId: "uuid",
    intake: "text",
    state: "text",
    visibility: "text",
    title: "text",
    description: "text",
    requiredCapabilities: "text[]",
    currency: "text",
    budget: "bigint",
    price: "bigint",
    feeBasisPoints: "integer",
    reviewPolicy: "text",
    reviewHours: "integer",
    maxRevisions: "integer",
    timeLimitMinutes: "integer",
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
  "id" | "state" | "price" | "expiresAt" | "reviewDueAt" | "updatedAt" | "completedAt" | "eventCount"
>;

export const taskProgress = defineTable<TaskProgress>({
  name: "tasks",
  key: ["id"],
  columns: {
    id: "uuid",
    state: "text",
    price: "bigint",
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
    leaseExpiresAt: "timestamptz",
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
    createdAt: "timestamptz",
  },
});

export const parties = defineTable<Party>({
  name: "parties",
  key: ["id"],
  columns: { id: "uuid", kind: "text", name: "text", organizationId: "uuid", createdAt: "timestamptz" },
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
  },
});

export const apiKeys = defineTable<ApiKey>({
  name: "api_keys",
  key: ["id"],
  columns: {
    id: "uuid",
    partyId: "uuid",
    role: "text",
    label: "text",
    hash: "text",
    prefix: "text",
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
