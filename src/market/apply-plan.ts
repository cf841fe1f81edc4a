import { escrow } from "../model/accounts.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Task } from "../model/task.ts";
import { dependencyKey } from "../model/team.ts";
import type { Book } from "./book.ts";
import {
  type Graph,
  maxDependencies,
  maxSubtasks,
  type NewSubtask,
  type PlanChange,
  refuseCycles,
  type SubtaskBrief,
} from "./plan.ts";
import { announceReady, type Subtask, stateOf, subtaskOf, wakeManager } from "./subtasks.ts";

/**
 * Applies a change of plan to a project that is wholly on the book; returns the ids of what was added, by their keys.
 * Refuses `task_wrong_state`, `plan_invalid`, `plan_over_budget`, `subtask_not_found`, `subtask_wrong_state`.
 */
export function applyPlan(book: Book, project: Task, change: PlanChange, actorId: Id | null): Record<string, Id> {
  if (project.state !== "open" && project.state !== "in_progress") {
    refuse("task_wrong_state", { details: { state: project.state } });
  }
  const planner = new Planner(book, project);
  planner.apply(change);
  const { added, dropped } = planner;
  book.record(project.id, "plan.changed", actorId, { added: added.size, dropped });
  if (project.state === "in_progress") wakeManager(book, project.id);
  return Object.fromEntries(added);
}

function refuseTooMany(dependencies: number): void {
  if (dependencies <= maxDependencies) return;
  refuse("plan_invalid", { message: `A project has at most ${maxDependencies} dependencies.` });
}

class Planner {
  readonly added = new Map<string, Id>();
  dropped = 0;
  readonly #book: Book;
  readonly #project: Task;
  /** What of the project's money no subtask has. */
  #left: number;
  #count = 0;

  constructor(book: Book, project: Task) {
    this.#book = book;
    this.#project = project;
    this.#left = project.budget;
    for (const { state, budget } of book.subtasksOf(project.id)) {
      this.#count++;
      if (state !== "cancelled") this.#left -= budget;
    }
  }

  apply(change: PlanChange): void {
    const parts = change.split.flatMap(({ into }) => into);
    refuseTooMany([...change.add, ...parts, ...change.rewire].reduce((sum, each) => sum + each.dependsOn.length, 0));
    for (const { id, into } of change.split) {
      if (into.length < 2) refuse("plan_invalid", { message: "A subtask is split into two parts or more." });
      this.#refuseBegun(this.#subtask(id));
    }
    // First what frees money, then what takes it.
    const freed = [...change.drop, ...change.split.map(({ id }) => id)].map((id) => this.#subtask(id));
    for (const subtask of freed) this.#refund(subtask);
    for (const edit of change.edit) this.#edit(edit);
    for (const subtask of [...change.add, ...parts]) this.#add(subtask);
    for (const { key, dependsOn } of [...change.add, ...parts]) this.#wire(this.#idOf(key), dependsOn);
    for (const { id, into } of change.split) this.#replaceByParts(id, into);
    for (const { id, dependsOn } of change.rewire) this.#rewire(id, dependsOn);
    for (const subtask of freed) this.#drop(subtask);
    this.#refuseBadGraph();
    this.#countWaits(change);
  }

  #subtask(id: Id): Subtask {
    const subtask = subtaskOf(this.#book, id);
    return subtask.parentId === this.#project.id ? subtask : refuse("subtask_not_found");
  }

  #idOf(reference: string): Id {
    return this.added.get(reference) ?? this.#subtask(reference).id;
  }

  /** What somebody works on, or has done, stays as it is. */
  #refuseBegun(subtask: Subtask): void {
    const state = stateOf(this.#book, subtask);
    if (state !== "pending" && state !== "ready") {
      refuse("subtask_wrong_state", {
        message: `"${subtask.title}" is ${state}: only what nobody has begun can be changed.`,
        details: { subtaskId: subtask.id, state },
      });
    }
  }

  #add({ key, dependsOn: _wiredLater, ...brief }: NewSubtask): void {
    if (this.added.has(key)) refuse("plan_invalid", { message: `Two subtasks have the key "${key}".` });
    const book = this.#book;
    const project = this.#project;
    if (++this.#count > maxSubtasks)
      refuse("plan_invalid", { message: `A project has at most ${maxSubtasks} subtasks.` });
    const id = book.newId();
    book.addTask({
      ...project,
      ...brief,
      id,
      parentId: project.id,
      state: "open",
      visibility: "private",
      instructions: null,
      expectedOutput: null,
      inputs: null,
      tags: [],
      price: null,
      revisionCount: 0,
      disputeHours: 0,
      waitingFor: 0,
      managerDueAt: null,
      plannedBy: null,
      expiresAt: null,
      reviewDueAt: null,
      createdAt: book.now,
      updatedAt: book.now,
      completedAt: null,
      eventCount: 0,
    });
    this.added.set(key, id);
    book.record(id, "task.posted", null, { budget: brief.budget, currency: project.currency });
    this.#fund(id, brief.budget);
    this.#countSubtask(1);
  }

  /** Carves a subtask's money from the project's escrow, or (below 0) gives it back. */
  #fund(id: Id, amount: number): void {
    if (amount > this.#left) {
      refuse("plan_over_budget", { details: { budget: this.#project.budget, left: this.#left } });
    }
    this.#left -= amount;
    const { currency } = this.#project;
    const projects = escrow(this.#project.id);
    if (amount > 0) this.#book.transfer("hold", projects, escrow(id), amount, currency, id);
    if (amount < 0) this.#book.transfer("refund", escrow(id), projects, -amount, currency, id);
  }

  #edit({ id, ...change }: { readonly id: Id } & Partial<SubtaskBrief>): void {
    const before = this.#subtask(id);
    this.#refuseBegun(before);
    const edited = this.#book.changeTask(id, change);
    this.#book.team.edited.add(id);
    this.#fund(id, edited.budget - before.budget);
  }

  #refund({ id, budget }: Subtask): void {
    // Read anew: a change that names a subtask twice finds it gone.
    this.#refuseBegun(this.#subtask(id));
    this.#fund(id, -budget);
    this.#book.changeTask(id, { state: "cancelled" });
  }

  #drop(subtask: Subtask): void {
    const book = this.#book;
    for (const edge of book.team.dependentsOn(subtask.id)) this.#cut(edge);
    for (const edge of book.team.dependenciesOf(subtask.id)) this.#cut(edge);
    const invitation = book.team.currentInvitation(subtask.id);
    if (invitation !== undefined) {
      book.team.invitations.replace(invitation.id, {
        ...invitation,
        state: "withdrawn",
        expiresAt: null,
        decidedAt: book.now,
      });
    }
    book.record(subtask.id, "task.cancelled", null);
    book.record(this.#project.id, "subtask.dropped", null, { subtaskId: subtask.id });
    this.#countSubtask(-1);
    this.dropped++;
  }

  #wire(id: Id, references: readonly string[]): void {
    const wanted = new Set(references.map((reference) => this.#idOf(reference)));
    if (wanted.has(id)) {
      refuse("plan_invalid", { message: `"${this.#book.task(id).title}" cannot depend on itself.` });
    }
    for (const dependsOnId of wanted) {
      if (this.#book.task(dependsOnId).state === "cancelled") {
        refuse("plan_invalid", { message: "A subtask cannot depend on one that is not in the plan." });
      }
      this.#book.team.putDependency({ taskId: id, dependsOnId, projectId: this.#project.id, removed: false });
    }
  }

  #rewire(id: Id, references: readonly string[]): void {
    this.#refuseBegun(this.#subtask(id));
    for (const edge of this.#book.team.dependenciesOf(id)) this.#cut(edge);
    this.#wire(id, references);
  }

  #replaceByParts(id: Id, parts: readonly NewSubtask[]): void {
    const { team } = this.#book;
    const before = team.dependenciesOf(id).map(({ dependsOnId }) => dependsOnId);
    const waiting = team.dependentsOn(id).map(({ taskId }) => taskId);
    const partIds = parts.map(({ key }) => this.#idOf(key));
    for (const partId of partIds) this.#wire(partId, before);
    for (const waitingId of waiting) this.#wire(waitingId, partIds);
  }

  #cut(edge: { readonly taskId: Id; readonly dependsOnId: Id; readonly projectId: Id }): void {
    this.#book.team.dependencies.replace(dependencyKey(edge), { ...edge, removed: true });
  }

  #refuseBadGraph(): void {
    const graph = new Map<Id, Id[]>();
    for (const { taskId, dependsOnId, removed } of this.#book.team.dependencies.values()) {
      if (removed || this.#book.task(taskId).parentId !== this.#project.id) continue;
      const known = graph.get(taskId);
      if (known === undefined) graph.set(taskId, [dependsOnId]);
      else known.push(dependsOnId);
    }
    refuseTooMany([...graph.values()].reduce((sum, waits) => sum + waits.length, 0));
    refuseCycles(graph satisfies Graph, (id) => this.#book.task(id).title);
  }

  /** Counts anew what each open subtask waits for, and says so of those that became ready. */
  #countWaits(change: PlanChange): void {
    const book = this.#book;
    const wasWaiting = new Set(change.rewire.map(({ id }) => id));
    const added = new Set(this.added.values());
    for (const task of book.subtasksOf(this.#project.id)) {
      if (task.state !== "open") continue;
      const waits = book.team.dependenciesOf(task.id);
      const waitingFor = waits.filter(({ dependsOnId }) => book.task(dependsOnId).state !== "completed").length;
      const isNew = added.has(task.id);
      if (waitingFor === task.waitingFor && !isNew) continue;
      const changed = book.changeTask(task.id, { waitingFor });
      const becameReady = waitingFor === 0 && (isNew || task.waitingFor > 0 || wasWaiting.has(task.id));
      if (becameReady && this.#project.state === "in_progress") announceReady(book, changed);
    }
  }

  #countSubtask(by: 1 | -1): void {
    const { waitingFor } = this.#book.task(this.#project.id);
    this.#book.changeTask(this.#project.id, { waitingFor: waitingFor + by });
  }
}
