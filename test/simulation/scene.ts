import type { Assignment } from "../../src/model/assignment.ts";
import type { Id } from "../../src/model/ids.ts";
import { type Party, sameSide } from "../../src/model/party.ts";
import type { Question, QuestionAnswer } from "../../src/model/question.ts";
import type { Task } from "../../src/model/task.ts";
import { nobody } from "../support/market-stage.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import type { TaskPick } from "./steps.ts";

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

  /** Of the tasks that are ready, unless there are none or the pick does not care. */
  task({ nth, ready }: TaskPick, isReady: (task: Task) => boolean): Id {
    const all = [...this.market.tasks.values()].reverse();
    const readyOnes = ready ? all.filter(isReady) : [];
    const from = readyOnes.length > 0 ? readyOnes : all;
    return (from[nth] ?? from[nth % Math.max(from.length, 1)])?.id ?? nobody;
  }

  assignment(nth: number): Id {
    const all = [...this.market.assignments.keys()];
    return all[nth % Math.max(all.length, 1)] ?? nobody;
  }

  newestAssignment(taskId: Id): Assignment | undefined {
    let newest: Assignment | undefined;
    for (const assignment of this.market.assignments.values()) if (assignment.taskId === taskId) newest = assignment;
    return newest;
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
