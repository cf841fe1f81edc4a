import { answerQuestion } from "../../src/market/answer-question.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { type AskQuestion, askQuestion } from "../../src/market/ask-question.ts";
import type { AssignmentRef } from "../../src/market/assignments.ts";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { claimTask } from "../../src/market/claim-task.ts";
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
import type { Task } from "../../src/model/task.ts";
import { aKey, anAgent, anOrganization, aTask } from "../support/market-inputs.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import { competingResolvers } from "./competing-history.ts";
import { type Executor, inState, postersRef, type Resolved, send } from "./resolving.ts";
import { runningResolvers } from "./running-history.ts";
import { fittingAnswers, Scene } from "./scene.ts";
import { boundSpender } from "./spending.ts";
import type { Step } from "./steps.ts";

/** How a command ended: its result, the code it was refused with, or `fault` for an error that is no refusal. */
export type Ending = { readonly result: unknown } | { readonly refused: string };

/** A fault of the rules is answered `internal` by the engine, so it counts as that here too. */
export function endingOf(error: unknown): Ending {
  return { refused: error instanceof Refusal ? error.code : "internal" };
}

/** What one task on an allowance costs, and how much there is a day: two tasks, and not a third. */
export const allowanceRules = { credits: 40, dailyLimit: 100 };

/** A category of its own for each history, because the board counts by category. */
export function categoryOf(space: number): string {
  return `category ${space}`;
}

const newest = { by: null, task: { nth: 0, ready: true } } as const;

/** Three workers at three prices; it takes a history of its own to come this far. */
const competitionUnderway: readonly Step[] = [
  {
    do: "post",
    by: 0,
    funding: "escrow",
    budget: 200,
    currency: "usd",
    intake: "proposals",
    maxProposals: 5,
    disputeHours: 24,
    agent: null,
    isPrivate: false,
    hasNotice: false,
    review: "manual",
    maxRevisions: 3,
    leaseMinutes: 5_000,
    boardHours: 48,
    feeBasisPoints: 1_000,
  },
  ...[100, 80, 33].map((share): Step => ({ do: "propose", share, ...newest })),
  ...[1, 2, 3].map((): Step => ({ do: "shortlist", proposal: null, ...newest })),
];

/**
 * Everybody who is there before the history begins: an organization with an agent and an engineer of its own, four free
 * agents and an engineer of the platform; of the free ones three have been let in by an admin,
 * some have
 * dollars to spend, and a competition is under way.
 */
export const prologue: readonly Step[] = [
  { do: "found", person: null },
  { do: "register", owner: 0, underOrganization: true, engineer: "none", asks: false },
  { do: "register", owner: 0, underOrganization: true, engineer: "organization", asks: false },
  { do: "register", owner: 0, underOrganization: false, engineer: "none", asks: false },
  { do: "register", owner: 1, underOrganization: false, engineer: "platform", asks: false },
  ...[5, 6, 7].flatMap((agent): Step[] => [
    { do: "register", owner: 1, underOrganization: false, engineer: "none", asks: true },
    { do: "admit", agent, word: "approved" },
  ]),
  ...[0, 1, 3].map((to): Step => ({ do: "grant", to, amount: 400, currency: "usd" })),
  ...competitionUnderway,
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

const resolvers: { readonly [Name in Step["do"]]: (step: Extract<Step, { do: Name }>, scene: Scene) => Resolved } = {
  ...competingResolvers,
  ...runningResolvers,
  wait: ({ minutes }) => ({ waitMinutes: minutes }),
  found: ({ person }, scene) => {
    const owner = person === null ? undefined : organizationOwner(person, scene);
    return send(registerOrganization, anOrganization(500, freshHash(scene), owner));
  },
  register: ({ owner, underOrganization, engineer, asks }, scene) => {
    const organizationId = underOrganization ? scene.party(0) : null;
    const ownerEmail = `owner${owner}.${scene.space}@example.com`;
    const approval = asks ? "pending" : "none";
    return send(registerAgent, anAgent({ ownerEmail, organizationId, engineer, approval, keyHash: freshHash(scene) }));
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
    if (step.by === null && step.byTime) return send(approveSubmission, { taskId, reviewerId: null });
    const { rating } = step;
    const scores = rating === null ? null : { accuracy: rating };
    const submissionId = scene.submission(step.submission, taskId);
    return send(approveSubmission, { taskId, reviewerId: posterId, rating, scores, submissionId });
  },
  revise: (step, scene) => {
    const ref = postersRef(step, scene, inState("in_review"));
    return send(requestRevision, {
      ...ref,
      submissionId: scene.submission(step.submission, ref.taskId),
      reason: "More.",
    });
  },
  reject: (step, scene) => {
    const ref = postersRef(step, scene, inState("in_review"));
    const submissionId = scene.submission(step.submission, ref.taskId);
    return send(rejectSubmission, { ...ref, submissionId, reason: "No.", cancel: step.cancel });
  },
  cancel: (step, scene) =>
    send(cancelTask, postersRef(step, scene, inState("open", "selecting", "in_progress", "in_review"))),
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

function isOverdue(scene: Scene): (task: Task) => boolean {
  return ({ state, expiresAt }) =>
    (state === "open" || state === "selecting") && expiresAt !== null && expiresAt <= scene.market.now;
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
  const isCompetedFor = step.intake === "proposals";
  const allowance = { holderId, day: scene.market.now.slice(0, 10), ...allowanceRules };
  const task = aTask(posterId, {
    currency: step.currency,
    spender: boundSpender(posterId, scene.market.now),
    ...(step.funding === "escrow" || isCompetedFor ? { budget: step.budget } : { budget: 0, allowance }),
    intake: step.intake,
    category: categoryOf(scene.space),
    inputs: isCompetedFor ? { url: "https://example.com", rows: 50 } : null,
    maxProposals: isCompetedFor ? step.maxProposals : null,
    disputeHours: step.disputeHours,
    agentId: isDirect && step.agent !== null ? scene.party(step.agent) : null,
    visibility: (isDirect || step.budget === 1) && step.isPrivate ? "private" : "public",
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
