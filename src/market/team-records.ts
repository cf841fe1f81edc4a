import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Dependency, dependencyKey, type Invitation, type Message } from "../model/team.ts";
import { Additions } from "./additions.ts";
import type { BookContents } from "./book-records.ts";
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

  constructor(journal: Journal, contents: Pick<BookContents, "dependencies" | "invitations" | "messageCauses">) {
    this.dependencies = new Shelf(journal);
    this.invitations = new Shelf(journal);
    this.edited = new Additions(journal);
    this.#messages = new Additions(journal);
    this.#causes = new Shelf(journal);
    for (const each of contents.dependencies) this.dependencies.load(dependencyKey(each), each);
    for (const invitation of contents.invitations) this.invitations.load(invitation.id, invitation);
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

  /** What this subtask waits for, completed or not. */
  dependenciesOf(taskId: Id): Dependency[] {
    return [...this.dependencies.values()].filter((each) => each.taskId === taskId && !each.removed);
  }

  /** What waits for this subtask. */
  dependentsOn(taskId: Id): Dependency[] {
    return [...this.dependencies.values()].filter((each) => each.dependsOnId === taskId && !each.removed);
  }

  /** The invitation that is open or accepted, if there is one. */
  currentInvitation(taskId: Id): Invitation | undefined {
    return [...this.invitations.values()].find(
      (each) => each.taskId === taskId && (each.state === "invited" || each.state === "accepted"),
    );
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
