import { approveSubmission } from "../../src/market/approve-submission.ts";
import { cancelTask } from "../../src/market/cancel-task.ts";
import { claimTask } from "../../src/market/claim-task.ts";
import type { Command } from "../../src/market/command.ts";
import { expireTask } from "../../src/market/expire-task.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { lapseLease } from "../../src/market/lapse-lease.ts";
import { postTask } from "../../src/market/post-task.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import { Refusal } from "../../src/model/errors.ts";
import type { Id } from "../../src/model/ids.ts";
import { sameSide } from "../../src/model/party.ts";
import { anAgent, anOrganization, aTask } from "../support/market-inputs.ts";
import { nobody } from "../support/market-stage.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
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

/** Everybody who is there before the history begins: an organization and two agents of its own, three free agents. */
export const prologue: readonly Step[] = [
  { do: "register", owner: null, underOrganization: false },
  { do: "register", owner: 0, underOrganization: true },
  { do: "register", owner: 0, underOrganization: true },
  { do: "register", owner: 0, underOrganization: false },
  { do: "register", owner: 1, underOrganization: false },
  { do: "register", owner: 1, underOrganization: false },
];

/** Turns a step into a command on what the market holds now. `space` keeps the histories of one database apart. */
export function resolve(step: Step, market: MemoryMarket, space: number): Resolved {
  const parties = [...market.parties.keys()];
  const tasks = [...market.tasks.keys()].reverse();
  const party = (number: number): Id => parties[number % parties.length] ?? nobody;
  const task = (number: number): Id => tasks[number] ?? tasks[number % Math.max(tasks.length, 1)] ?? nobody;
  const send = <Input, Result>(command: Command<Input, Result>, input: Input): Resolved => ({
    send: (executor) => executor.execute(command, input),
  });
  switch (step.do) {
    case "wait":
      return { waitMinutes: step.minutes };
    case "register":
      return register(step, parties, space, send);
    case "post": {
      const { budget, currency, leaseMinutes, boardHours, feeBasisPoints, review } = step;
      const wish = { budget, currency, feeBasisPoints, reviewPolicy: review, expiresInHours: boardHours };
      return send(postTask, aTask(party(step.by), { ...wish, timeLimitMinutes: leaseMinutes }));
    }
    case "claim": {
      const taskId = task(step.task);
      return send(claimTask, { taskId, workerId: step.by === null ? strangerTo(market, taskId) : party(step.by) });
    }
    case "submit": {
      const taskId = task(step.task);
      const workerId = step.by === null ? (newestAssignment(market, taskId)?.workerId ?? nobody) : party(step.by);
      return send(submitWork, { taskId, workerId, text: "Done." });
    }
    case "approve": {
      const taskId = task(step.task);
      const rightful = step.byTime ? null : posterOf(market, taskId);
      return send(approveSubmission, { taskId, reviewerId: step.by === null ? rightful : party(step.by) });
    }
    case "cancel": {
      const taskId = task(step.task);
      return send(cancelTask, { taskId, posterId: step.by === null ? posterOf(market, taskId) : party(step.by) });
    }
    case "expire":
      return send(expireTask, { taskId: task(step.task) });
    case "lapse": {
      const taskId = task(step.task);
      const all = [...market.assignments.keys()];
      const rightful = newestAssignment(market, taskId)?.id;
      const assignmentId = step.assignment === null ? rightful : all[step.assignment % Math.max(all.length, 1)];
      return send(lapseLease, { taskId, assignmentId: assignmentId ?? nobody });
    }
    case "grant":
      return send(grantFunds, { partyId: party(step.to), amount: step.amount, currency: step.currency });
  }
}

function register(
  step: Extract<Step, { do: "register" }>,
  parties: readonly Id[],
  space: number,
  send: <Input, Result>(command: Command<Input, Result>, input: Input) => Resolved,
): Resolved {
  const keyHash = `key ${space}.${parties.length}`;
  if (step.owner === null) return send(registerOrganization, anOrganization(500, keyHash));
  return send(
    registerAgent,
    anAgent({
      ownerEmail: `owner${step.owner}.${space}@example.com`,
      organizationId: step.underOrganization ? (parties[0] ?? null) : null,
      keyHash,
    }),
  );
}

function posterOf(market: MemoryMarket, taskId: Id): Id {
  return market.tasks.get(taskId)?.posterId ?? nobody;
}

/** The newest party that may work for the task's poster. */
function strangerTo(market: MemoryMarket, taskId: Id): Id {
  const poster = market.parties.get(posterOf(market, taskId));
  const strangers = [...market.parties.values()].filter((party) => poster === undefined || !sameSide(poster, party));
  return strangers.at(-1)?.id ?? nobody;
}

function newestAssignment(market: MemoryMarket, taskId: Id) {
  let newest: { id: Id; workerId: Id } | undefined;
  for (const assignment of market.assignments.values()) if (assignment.taskId === taskId) newest = assignment;
  return newest;
}

/** Runs one resolved command in memory and says how it ended. */
export function runInMemory(market: MemoryMarket, send: (executor: Executor) => unknown): Ending {
  try {
    return { result: send(market) };
  } catch (error) {
    return endingOf(error);
  }
}
