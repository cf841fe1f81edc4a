import { type Assignment, isWorking, type Submission } from "../../src/model/assignment.ts";
import type { CashRequest } from "../../src/model/cash-request.ts";
import type { Dispute } from "../../src/model/dispute.ts";
import type { Evaluation } from "../../src/model/evaluation.ts";
import type { Id } from "../../src/model/ids.ts";
import { type Party, sameSide } from "../../src/model/party.ts";
import type { Proposal } from "../../src/model/proposal.ts";
import type { Question, QuestionAnswer } from "../../src/model/question.ts";
import type { Task } from "../../src/model/task.ts";
import { nobody } from "../support/market-stage.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import type { TaskPick } from "./picks.ts";

/** What a market holds when a step is taken, to find out whom and what the step's numbers mean. */
export class Scene {
  readonly market: MemoryMarket;
  /** Keeps the histories of one database apart. */
  readonly space: number;

  constructor(market: MemoryMarket, space: number) {
    this.market = market;
    this.space = space;
  }

  party(nth: number): Id {
    const parties = [...this.market.parties.keys()];
    return parties[nth % parties.length] ?? nobody;
  }

  /** Of the tasks that are ready, unless there are none or the pick does not care. Where it cares, at least of the kind. */
  task({ nth, ready }: TaskPick, isReady: (task: Task) => boolean, isOfKind: (task: Task) => boolean = isReady): Id {
    const all = [...this.market.tasks.values()].reverse();
    const candidates = ready ? [all.filter(isReady), all.filter(isOfKind), all] : [all];
    const from = candidates.find((tasks) => tasks.length > 0) ?? all;
    return (from[nth] ?? from[nth % Math.max(from.length, 1)])?.id ?? nobody;
  }

  assignment(nth: number): Id {
    const all = [...this.market.assignments.keys()];
    return all[nth % Math.max(all.length, 1)] ?? nobody;
  }

  /** The newest that work is owed under, or else the newest of all. */
  newestAssignment(taskId: Id): Assignment | undefined {
    const all = [...this.market.assignments.values()].filter((assignment) => assignment.taskId === taskId);
    return all.findLast(({ state }) => isWorking(state)) ?? all.at(-1);
  }

  workerOf(taskId: Id): Id {
    return this.newestAssignment(taskId)?.workerId ?? nobody;
  }

  posterOf(taskId: Id): Id {
    return this.market.tasks.get(taskId)?.posterId ?? nobody;
  }

  /** The newest party that may take the task: a stranger to its poster, or who it is meant for. */
  whoMayTake(taskId: Id): Id {
    const task = this.market.tasks.get(taskId);
    const poster = task === undefined ? undefined : this.market.parties.get(task.posterId);
    if (task === undefined || poster === undefined) return this.party(0);
    if (task.agentId !== null) return task.agentId;
    const may = (party: Party): boolean => {
      if (task.intake === "claim") return !sameSide(poster, party);
      if (party.engineer === "organization") return sameSide(poster, party);
      return party.engineer === "platform";
    };
    return [...this.market.parties.values()].filter(may).at(-1)?.id ?? nobody;
  }

  /** The first that an admin let in, that is a stranger to the poster and has not proposed yet. */
  whoMayPropose(taskId: Id): Id {
    const poster = this.market.parties.get(this.posterOf(taskId));
    const proposed = new Set<Id>();
    for (const proposal of this.market.proposals.values()) {
      if (proposal.taskId === taskId) proposed.add(proposal.workerId);
    }
    const may = (party: Party): boolean =>
      party.approval === "approved" && !proposed.has(party.id) && poster !== undefined && !sameSide(poster, party);
    return [...this.market.parties.values()].find(may)?.id ?? nobody;
  }

  /** The oldest on the task that nobody has decided. */
  waitingProposal(taskId: Id): Proposal | undefined {
    return [...this.market.proposals.values()].find((each) => each.taskId === taskId && each.state === "submitted");
  }

  /** Whose proposal is the newest that nobody has decided. */
  competitor(): Id | undefined {
    return [...this.market.proposals.values()].findLast(({ state }) => state === "submitted")?.workerId;
  }

  proposal(nth: number): Proposal | undefined {
    const all = [...this.market.proposals.values()];
    return all[nth % Math.max(all.length, 1)];
  }

  /** null: none; 0: the newest under review on the task; else whichever the number hits, or nobody's. */
  submission(nth: number | null, taskId: Id): Id | null {
    if (nth === null) return null;
    const { submissions, assignments } = this.market;
    const waits = ({ assignmentId }: Submission): boolean => assignments.get(assignmentId)?.state === "submitted";
    const fitting = nth === 0 ? submissions.findLast((each) => each.taskId === taskId && waits(each)) : undefined;
    return (fitting ?? submissions[nth])?.id ?? nobody;
  }

  openDispute(taskId: Id): Dispute | undefined {
    return [...this.market.disputes.values()].find((each) => each.taskId === taskId && each.ruledAt === null);
  }

  otherSideOf({ taskId, assignmentId, openedById }: Dispute): Id {
    const posterId = this.posterOf(taskId);
    return openedById === posterId ? (this.market.assignments.get(assignmentId)?.workerId ?? nobody) : posterId;
  }

  /** Counted from the newest. */
  evaluation(nth: number): Pick<Evaluation, "submissionId" | "taskId"> {
    const all = [...this.market.evaluations.values()].reverse();
    return all[nth % Math.max(all.length, 1)] ?? { submissionId: nobody, taskId: nobody };
  }

  /** Counted from the newest. */
  cashRequest(nth: number): CashRequest | undefined {
    const all = [...this.market.cashRequests.values()].reverse();
    return all[nth % Math.max(all.length, 1)];
  }

  openQuestion(taskId: Id): Question | undefined {
    return [...this.market.questions.values()].find((each) => each.taskId === taskId && each.answeredAt === null);
  }

  /** One of the party's own files for 0, else whichever file the number hits. */
  file(nth: number, ownerId: Id): Id {
    const files = [...this.market.files.values()];
    const own = nth === 0 ? files.find((file) => file.ownerId === ownerId) : undefined;
    return (own ?? files[nth % Math.max(files.length, 1)])?.id ?? nobody;
  }

  /** Who an organization's free credits are counted for. */
  holderOf(partyId: Id): Id {
    return this.market.parties.get(partyId)?.organizationId ?? partyId;
  }
}

/** Answers to everything a question asks. */
export function fittingAnswers(question: Question | undefined): QuestionAnswer[] {
  const items = question?.items ?? [{ type: "text" as const }];
  return items.map(({ type }, questionIndex) => ({
    questionIndex,
    selected: type === "multi_select" ? ["this", "that"] : "this",
  }));
}
