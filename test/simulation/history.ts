import { answerQuestion } from "../../src/market/answer-question.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { type AskQuestion, askQuestion } from "../../src/market/ask-question.ts";
import type { AssignmentRef } from "../../src/market/assignments.ts";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { claimTask } from "../../src/market/claim-task.ts";
import type { Command } from "../../src/market/command.ts";
import { expireTask } from "../../src/market/expire-task.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { heartbeat } from "../../src/market/heartbeat.ts";
import { issueKey } from "../../src/market/issue-key.ts";
import { lapseLease } from "../../src/market/lapse-lease.ts";
import { logProgress } from "../../src/market/log-progress.ts";
import { postTask } from "../../src/market/post-task.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { type OrganizationOwner, registerOrganization } from "../../src/market/register-organization.ts";
import { rejectSubmission } from "../../src/market/reject-submission.ts";
import { releaseAssignment } from "../../src/market/release-assignment.ts";
import { requestRevision } from "../../src/market/request-revision.ts";
import { resumeRevision } from "../../src/market/resume-revision.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import { Refusal } from "../../src/model/errors.ts";
import type { FileOwner } from "../../src/model/party.ts";
import type { Task, TaskState } from "../../src/model/task.ts";
import { aKey, anAgent, anOrganization, aTask } from "../support/market-inputs.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import { fittingAnswers, Scene } from "./scene.ts";
import type { Step } from "./steps.ts";

/** Runs commands somewhere; the history does not care where. */
export interface Executor {
  execute<Input, Result>(command: Command<Input, Result>, input: Input): unknown;
}

/** A step with its numbers resolved to this history's ids. */
export type Resolved = { readonly waitMinutes: number } | { readonly send: (executor: Executor) => unknown };

/** How a command ended: its result, the code it was refused with, or `fault` for an error that is no refusal. */
export type Ending = { readonly result: unknown } | { readonly refused: string };

/** A fault of the rules is answered `internal` by the engine, so it counts as that here too. */
export function endingOf(error: unknown): Ending {
  return { refused: error instanceof Refusal ? error.code : "internal" };
}

/** What one task on an allowance costs, and how much there is a day: two tasks, and not a third. */
export const allowanceRules = { credits: 40, dailyLimit: 100 };

/**
 * Everybody who is there before the history begins: an organization with an agent and an engineer of its own, three free
 * agents, an engineer of the platform.
 */
export const prologue: readonly Step[] = [
  { do: "found", person: null },
  { do: "register", owner: 0, underOrganization: true, engineer: "none" },
  { do: "register", owner: 0, underOrganization: true, engineer: "organization" },
  { do: "register", owner: 0, underOrganization: false, engineer: "none" },
  { do: "register", owner: 1, underOrganization: false, engineer: "platform" },
  { do: "register", owner: 1, underOrganization: false, engineer: "none" },
];

/** One file of each party; uploads are no command, so they are there before the history goes on. */
export function filesAfterPrologue(market: MemoryMarket): FileOwner[] {
  return [...market.parties.keys()].map((ownerId) => ({ id: ownerId.replace("-8000-", "-9000-"), ownerId }));
}

/** Turns a step into a command on what the market holds now. `space` keeps the histories of one database apart. */
export function resolve(step: Step, market: MemoryMarket, space: number): Resolved {
  const resolver = resolvers[step.do] as (step: Step, scene: Scene) => Resolved;
  return resolver(step, new Scene(market, space));
}

function send<Input, Result>(command: Command<Input, Result>, input: Input): Resolved {
  return { send: (executor) => executor.execute(command, input) };
}

const resolvers: { readonly [Name in Step["do"]]: (step: Extract<Step, { do: Name }>, scene: Scene) => Resolved } = {
  wait: ({ minutes }) => ({ waitMinutes: minutes }),
  found: ({ person }, scene) => {
    const owner = person === null ? undefined : organizationOwner(person, scene);
    return send(registerOrganization, anOrganization(500, freshHash(scene), owner));
  },
  register: ({ owner, underOrganization, engineer }, scene) => {
    const organizationId = underOrganization ? scene.party(0) : null;
    const ownerEmail = `owner${owner}.${scene.space}@example.com`;
    return send(registerAgent, anAgent({ ownerEmail, organizationId, engineer, keyHash: freshHash(scene) }));
  },
  issue: ({ to }, scene) => send(issueKey, { partyId: scene.party(to), key: aKey(freshHash(scene)) }),
  post: (step, scene) => post(step, scene),
  claim: (step, scene) => {
    const taskId = scene.task(step.task, inState("open"));
    const workerId = step.by === null ? scene.whoMayTake(taskId) : scene.party(step.by);
    return send(claimTask, { taskId, workerId, heartbeatSeconds: step.heartbeatSeconds });
  },
  heartbeat: (step, scene) => send(heartbeat, workersRef(step, scene)),
  progress: (step, scene) => send(logProgress, { ...workersRef(step, scene), content: "Half done." }),
  ask: (step, scene) => send(askQuestion, { ...workersRef(step, scene), ...questionOf(step.asks) }),
  answer: (step, scene) => {
    const ref = postersRef(step, scene, ({ id }) => scene.openQuestion(id) !== undefined);
    if (step.says === "text") return send(answerQuestion, { ...ref, answers: null, text: "This." });
    const nonsense = [{ questionIndex: 7, selected: "this" }];
    const answers = step.says === "nonsense" ? nonsense : fittingAnswers(scene.openQuestion(ref.taskId));
    return send(answerQuestion, { ...ref, answers, text: null });
  },
  submit: (step, scene) => {
    const ref = workersRef(step, scene);
    const fileIds = step.file === null ? [] : [scene.file(step.file, ref.workerId)];
    const links = Array.from({ length: step.links }, (_, index) => `https://example.com/${index}`);
    return send(submitWork, { ...ref, text: "Done.", fileIds, links });
  },
  release: (step, scene) => send(releaseAssignment, { ...workersRef(step, scene), reason: "Too hard." }),
  resume: (step, scene) => {
    const wasSentBack = ({ id }: Task): boolean => scene.newestAssignment(id)?.state === "revision";
    return send(resumeRevision, workersRef(step, scene, wasSentBack));
  },
  approve: (step, scene) => {
    const { taskId, posterId } = postersRef(step, scene, inState("in_review"));
    const reviewerId = step.by === null && step.byTime ? null : posterId;
    return send(approveSubmission, { taskId, reviewerId, rating: reviewerId === null ? null : step.rating });
  },
  revise: (step, scene) => {
    return send(requestRevision, { ...postersRef(step, scene, inState("in_review")), reason: "More." });
  },
  reject: (step, scene) => {
    const ref = postersRef(step, scene, inState("in_review"));
    return send(rejectSubmission, { ...ref, reason: "No.", cancel: step.cancel });
  },
  cancel: (step, scene) => send(cancelTask, postersRef(step, scene, inState("open", "in_progress", "in_review"))),
  expire: (step, scene) => send(expireTask, { taskId: scene.task(step.task, isOverdue(scene)) }),
  lapse: (step, scene) => {
    const taskId = scene.task(step.task, inState("in_progress"));
    const newest = scene.newestAssignment(taskId)?.id;
    const assignmentId =
      step.assignment === null && newest !== undefined ? newest : scene.assignment(step.assignment ?? 0);
    return send(lapseLease, { taskId, assignmentId });
  },
  grant: ({ to, amount, currency }, scene) => send(grantFunds, { partyId: scene.party(to), amount, currency }),
};

function inState(...states: TaskState[]): (task: Task) => boolean {
  return (task) => states.includes(task.state);
}

function isOverdue(scene: Scene): (task: Task) => boolean {
  return ({ state, expiresAt }) => state === "open" && expiresAt !== null && expiresAt <= scene.market.now;
}

/** Unique as long as only commands that are carried out make keys. */
function freshHash({ market, space }: Scene): string {
  return `key ${space}.${market.keys.size}`;
}

/** One of two people who are new if nobody has their address yet, or one who is there. */
function organizationOwner(person: number, { market, space }: Scene): OrganizationOwner {
  const known = [...market.people.values()][person - 2];
  if (known !== undefined) return { userId: known.id };
  const id = `person ${space}.${market.people.size}`;
  return { newPerson: { id, name: "Person", email: `person${person % 2}.${space}@example.com` } };
}

function post(step: Extract<Step, { do: "post" }>, scene: Scene): Resolved {
  const posterId = scene.party(step.by);
  const isDirect = step.intake === "direct";
  const holderId = scene.holderOf(posterId);
  const allowance = { holderId, day: scene.market.now.slice(0, 10), ...allowanceRules };
  const task = aTask(posterId, {
    currency: step.currency,
    ...(step.funding === "escrow" ? { budget: step.budget } : { budget: 0, allowance }),
    intake: step.intake,
    agentId: isDirect && step.agent !== null ? scene.party(step.agent) : null,
    visibility: isDirect && step.isPrivate ? "private" : "public",
    tags: ["a tag"],
    feeBasisPoints: step.feeBasisPoints,
    reviewPolicy: step.review,
    maxRevisions: step.maxRevisions,
    timeLimitMinutes: step.leaseMinutes,
    expiresInHours: step.boardHours,
    ...(step.hasNotice ? { notice: "Nobody is there yet." } : {}),
  });
  return send(postTask, task);
}

function workersRef(
  step: Pick<Extract<Step, { do: "heartbeat" }>, "by" | "task" | "assignment">,
  scene: Scene,
  isReady = inState("in_progress"),
): AssignmentRef {
  const taskId = scene.task(step.task, isReady);
  const workerId = step.by === null ? scene.workerOf(taskId) : scene.party(step.by);
  return step.assignment === null
    ? { taskId, workerId }
    : { taskId, workerId, assignmentId: scene.assignment(step.assignment) };
}

function postersRef(
  step: Pick<Extract<Step, { do: "cancel" }>, "by" | "task">,
  scene: Scene,
  isReady: (task: Task) => boolean,
) {
  const taskId = scene.task(step.task, isReady);
  return { taskId, posterId: step.by === null ? scene.posterOf(taskId) : scene.party(step.by) };
}

function questionOf(asks: Extract<Step, { do: "ask" }>["asks"]): Pick<AskQuestion, "type" | "content" | "items"> {
  if (asks === "plainly") return { type: "message", content: "This or that?", items: null };
  const options = asks === "text" ? null : ["this", "that"];
  const items = [
    { type: asks, question: "Which?", options },
    { type: "text" as const, question: "Why?", options: null },
  ];
  return { type: "clarifying", content: null, items };
}

/** Runs one resolved command in memory and says how it ended. */
export function runInMemory(market: MemoryMarket, send: (executor: Executor) => unknown): Ending {
  try {
    return { result: send(market) };
  } catch (error) {
    return endingOf(error);
  }
}
