import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Dependency, dependencyKey, type Invitation, type Message } from "../model/team.ts";
import { Additions } from "./additions.ts";
import type { BookContents } from "./book-records.ts";
import { ByTask } from "./by-task.ts";
import type { Journal } from "./journal.ts";
import { Shelf } from "./shelf.ts";

/** What the book holds of Task Forces: who waits for whom, who was asked, and what was said. */
export class TeamRecords {
  readonly dependencies: Shelf<Dependency>;
  readonly invitations: Shelf<Invitation>;
  /** Subtasks whose brief the plan has changed. */
  readonly edited: Additions<Id>;
  readonly #messages: Additions<Message>;
  /** What was written about, by project and cause. */
  readonly #causes: Shelf<true>;
  /** Keys of dependencies by who waits, and by what is waited for. */
  readonly #upstream: ByTask;
  readonly #downstream: ByTask;
  readonly #invitationIds: ByTask;

  constructor(journal: Journal, contents: Pick<BookContents, "dependencies" | "invitations" | "messageCauses">) {
    this.dependencies = new Shelf(journal);
    this.invitations = new Shelf(journal);
    this.edited = new Additions(journal);
    this.#messages = new Additions(journal);
    this.#causes = new Shelf(journal);
    this.#upstream = new ByTask(journal);
    this.#downstream = new ByTask(journal);
    this.#invitationIds = new ByTask(journal);
    for (const each of contents.dependencies) {
      const key = dependencyKey(each);
      this.dependencies.load(key, each);
      this.#upstream.load(each.taskId, key);
      this.#downstream.load(each.dependsOnId, key);
    }
    for (const invitation of contents.invitations) {
      this.invitations.load(invitation.id, invitation);
      this.#invitationIds.load(invitation.taskId, invitation.id);
    }
    for (const { projectId, cause } of contents.messageCauses) this.#causes.load(`${projectId} ${cause}`, true);
  }

  /** Refuses `message_repeated` when there was a message of this cause already. */
  addMessage(message: Message): void {
    if (message.cause !== null) {
      const key = `${message.projectId} ${message.cause}`;
      if (this.#causes.get(key) !== undefined) refuse("message_repeated");
      this.#causes.add(key, true);
    }
    this.#messages.add(message);
  }

  /** One subtask waits for another from now on; one that the plan has already stays. */
  putDependency(dependency: Dependency): void {
    const key = dependencyKey(dependency);
    if (this.dependencies.get(key) !== undefined) {
      this.dependencies.replace(key, dependency);
      return;
    }
    this.dependencies.add(key, dependency);
    this.#upstream.add(dependency.taskId, key);
    this.#downstream.add(dependency.dependsOnId, key);
  }

  /** What this subtask waits for, completed or not. */
  dependenciesOf(taskId: Id): Dependency[] {
    return this.#live(this.#upstream.of(taskId));
  }

  /** What waits for this subtask. */
  dependentsOn(taskId: Id): Dependency[] {
    return this.#live(this.#downstream.of(taskId));
  }

  addInvitation(invitation: Invitation): void {
    this.invitations.add(invitation.id, invitation);
    this.#invitationIds.add(invitation.taskId, invitation.id);
  }

  /** The invitation that is open or accepted, if there is one. */
  currentInvitation(taskId: Id): Invitation | undefined {
    return this.#invitationIds
      .of(taskId)
      .flatMap((id) => this.invitations.get(id) ?? [])
      .find(({ state }) => state === "invited" || state === "accepted");
  }

  #live(keys: readonly string[]): Dependency[] {
    return keys.flatMap((key) => this.dependencies.get(key) ?? []).filter(({ removed }) => !removed);
  }

  changes() {
    return {
      newDependencies: this.dependencies.added(),
      changedDependencies: this.dependencies.changed(),
      newInvitations: this.invitations.added(),
      changedInvitations: this.invitations.changed(),
      messages: this.#messages.all(),
    };
  }
}
