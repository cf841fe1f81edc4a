import fc from "fast-check";
import { amendDelivery } from "../../src/market/amend-delivery.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { assembleProject } from "../../src/market/assemble-project.ts";
import { cancelProject } from "../../src/market/cancel-project.ts";
import { changePlan } from "../../src/market/change-plan.ts";
import type { Command } from "../../src/market/command.ts";
import { dropMember } from "../../src/market/drop-member.ts";
import { inviteMember } from "../../src/market/invite-member.ts";
import { type NewSubtask, noChange, type PlanChange } from "../../src/market/plan.ts";
import { postProject } from "../../src/market/post-project.ts";
import { releaseAssignment } from "../../src/market/release-assignment.ts";
import { requestRevision } from "../../src/market/request-revision.ts";
import { startSubtask } from "../../src/market/start-subtask.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import { Refusal } from "../../src/model/errors.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Task } from "../../src/model/task.ts";
import { aTask } from "../support/market-inputs.ts";

/** Executes commands: on the market in memory, or through the engine and PostgreSQL. */
export type Execute = <Input, Result>(command: Command<Input, Result>, input: Input) => Promise<Result>;

/** A step, in numbers that fit whatever there is by then: subtask 7 of 4 is the fourth. */
export type TeamStep =
  | { readonly do: "join" | "amend"; readonly subtask: number; readonly agent: number }
  | {
      readonly do: "start" | "deliver" | "accept" | "revise" | "drop" | "release";
      readonly subtask: number;
    }
  | { readonly do: "change"; readonly change: PlanWish }
  | { readonly do: "assemble" | "approve" | "revise project" | "cancel" };

interface PlanWish {
  readonly add: readonly { readonly budget: number; readonly dependsOn: readonly number[] }[];
  readonly drop: readonly number[];
  readonly split: number | null;
  readonly rewire: readonly { readonly subtask: number; readonly dependsOn: readonly number[] }[];
  readonly edit: readonly { readonly subtask: number; readonly budget: number }[];
}

export interface TeamStory {
  /** Edges only point back, so that the first plan is never a circle. */
  readonly plan: readonly { readonly budget: number; readonly dependsOn: readonly number[] }[];
  readonly steps: readonly TeamStep[];
}

const someone = fc.nat({ max: 30 });
const budget = fc.integer({ min: 1, max: 12 });
const planWish: fc.Arbitrary<PlanWish> = fc.record({
  add: fc.array(fc.record({ budget, dependsOn: fc.array(someone, { maxLength: 2 }) }), { maxLength: 2 }),
  drop: fc.array(someone, { maxLength: 1 }),
  split: fc.option(someone, { freq: 2 }),
  rewire: fc.array(fc.record({ subtask: someone, dependsOn: fc.array(someone, { maxLength: 2 }) }), { maxLength: 1 }),
  edit: fc.array(fc.record({ subtask: someone, budget }), { maxLength: 1 }),
});
const step: fc.Arbitrary<TeamStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("join", "join", "join", "amend"),
      subtask: someone,
      agent: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constantFrom("start", "deliver", "deliver", "accept", "accept", "revise", "drop", "release"),
      subtask: someone,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("change" as const), change: planWish }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("assemble", "approve", "revise project") }) },
);

export const teamStory: fc.Arbitrary<TeamStory> = fc.record({
  plan: fc.array(
    fc.record({ budget: fc.integer({ min: 1, max: 7 }), dependsOn: fc.array(someone, { maxLength: 3 }) }),
    { minLength: 1, maxLength: 9 },
  ),
  steps: fc.array(step, { maxLength: 60 }),
});

/** A project under way, and who is there to do it. */
export class TeamPlay {
  readonly #execute: Execute;
  readonly #buyer: Id;
  readonly #agents: readonly Id[];
  readonly #read: (id: Id) => Promise<{ task: Task; worker: Id | undefined; assignment: Id | undefined }>;
  readonly subtasks: Id[] = [];
  projectId: Id = "";
  refused = 0;

  constructor(cast: {
    readonly execute: Execute;
    readonly buyer: Id;
    readonly agents: readonly Id[];
    /** A task as it is now, and who is bound to it. */
    readonly read: (id: Id) => Promise<{ task: Task; worker: Id | undefined; assignment: Id | undefined }>;
  }) {
    this.#execute = cast.execute;
    this.#buyer = cast.buyer;
    this.#agents = cast.agents;
    this.#read = cast.read;
  }

  async begin(plan: TeamStory["plan"], money: number): Promise<void> {
    const add = plan.map(({ budget: cost, dependsOn }, index) => {
      const back = index === 0 ? [] : dependsOn.map((each) => `p${each % index}`);
      return part(`p${index}`, cost, back);
    });
    const terms = aTask(this.#buyer, {
      budget: money,
      currency: "usd",
      intake: "team",
      reviewPolicy: "manual",
      expiresInHours: null,
      maxRevisions: 2,
    });
    const { project, added } = await this.#execute(postProject, { ...terms, plan: { add }, starts: true });
    this.projectId = project.id;
    this.subtasks.push(...Object.values(added));
  }

  /** Takes a step; what the rules refuse is counted, what they do not foresee is thrown. */
  async take(next: TeamStep): Promise<void> {
    try {
      await this.#take(next);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === "internal") throw error;
      this.refused++;
    }
  }

  /** Plays on, fairly, until the project is over: what is ready gets a member, what has one is delivered and accepted. */
  async finish(): Promise<void> {
    for (let round = 0; round < this.subtasks.length + 2; round++) {
      for (const subtask of this.subtasks.keys()) {
        for (const what of ["deliver", "accept"] as const) {
          await this.take({ do: "join", subtask, agent: round });
          await this.take({ do: what, subtask });
        }
      }
    }
    await this.take({ do: "assemble" });
    await this.take({ do: "approve" });
    await this.take({ do: "cancel" });
  }

  async #take(next: TeamStep): Promise<void> {
    if (next.do === "change") return this.#change(next.change);
    if (!("subtask" in next)) return this.#takeWhole(next.do);
    const taskId = this.#pick(next.subtask);
    const agentId = "agent" in next ? (this.#agents[next.agent % this.#agents.length] ?? "") : "";
    if (next.do === "amend") {
      await this.#execute(amendDelivery, {
        subtaskId: taskId,
        workerId: agentId,
        text: "Better.",
        fileIds: [],
        links: [],
      });
      return;
    }
    if (next.do === "join") {
      const invitation = { subtaskId: taskId, agentId, buyerId: null, expiresInMinutes: 15, autoAccepts: true };
      await this.#execute(inviteMember, invitation);
      return;
    }
    if (next.do === "accept") {
      await this.#execute(approveSubmission, { taskId, reviewerId: null, byManager: true });
      return;
    }
    if (next.do === "revise") {
      await this.#execute(requestRevision, { taskId, posterId: null, reason: "Again." });
      return;
    }
    const { worker = this.#agents[0] ?? "", assignment = taskId } = await this.#read(taskId);
    if (next.do === "start") await this.#execute(startSubtask, { taskId, workerId: worker });
    if (next.do === "deliver") await this.#execute(submitWork, { taskId, workerId: worker, text: "Here." });
    if (next.do === "release") await this.#execute(releaseAssignment, { taskId, workerId: worker, reason: null });
    if (next.do === "drop") {
      const drop = { subtaskId: taskId, assignmentId: assignment, reason: "Silent." };
      await this.#execute(dropMember, drop);
    }
  }

  async #takeWhole(what: "assemble" | "approve" | "revise project" | "cancel"): Promise<void> {
    const { projectId } = this;
    if (what === "cancel") await this.#execute(cancelProject, { projectId, buyerId: this.#buyer });
    if (what === "approve") await this.#execute(approveSubmission, { taskId: projectId, reviewerId: this.#buyer });
    if (what === "revise project") {
      await this.#execute(requestRevision, { taskId: projectId, posterId: this.#buyer, reason: "Again." });
    }
    if (what === "assemble") {
      const { eventCount } = (await this.#read(projectId)).task;
      await this.#execute(assembleProject, { projectId, eventCount, text: "All.", fileIds: [], links: [] });
    }
  }

  async #change(wish: PlanWish): Promise<void> {
    const refer = (numbers: readonly number[]): Id[] => numbers.map((number) => this.#pick(number));
    const change: PlanChange = {
      ...noChange,
      add: wish.add.map(({ budget: cost, dependsOn }, index) => part(`new ${index}`, cost, refer(dependsOn))),
      drop: refer(wish.drop),
      split:
        wish.split === null ? [] : [{ id: this.#pick(wish.split), into: [part("left", 1, []), part("right", 2, [])] }],
      rewire: wish.rewire.map(({ subtask, dependsOn }) => ({ id: this.#pick(subtask), dependsOn: refer(dependsOn) })),
      edit: wish.edit.map(({ subtask, budget: cost }) => ({ id: this.#pick(subtask), budget: cost })),
    };
    const { added } = await this.#execute(changePlan, { projectId: this.projectId, buyerId: this.#buyer, change });
    this.subtasks.push(...Object.values(added));
  }

  #pick(number: number): Id {
    return this.subtasks[number % this.subtasks.length] ?? "";
  }
}

function part(key: string, cost: number, dependsOn: readonly string[]): NewSubtask {
  return {
    key,
    title: key,
    description: `Do ${key}.`,
    category: "general",
    requiredCapabilities: [],
    budget: cost,
    timeLimitMinutes: 60,
    dependsOn,
  };
}
