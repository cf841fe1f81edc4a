import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Command, command } from "./command.ts";
import { openDisputeOf } from "./disputes.ts";
import type { DisputedTask } from "./open-dispute.ts";

export interface AnswerDispute {
  readonly taskId: Id;
  readonly disputeId: Id;
  readonly partyId: Id;
  readonly response: string;
}

/**
 * The other side of a dispute says its word, once, for the admin who rules. Refuses `task_not_found`,
 * `dispute_not_found`, `task_wrong_state` when it has spoken already.
 */
export const answerDispute: Command<AnswerDispute, DisputedTask> = command({
  name: "answer_dispute",
  loads: (input) => ({ tasks: [input.taskId], disputesOf: [input.taskId] }),
  decide(book, { taskId, disputeId, partyId, response }) {
    const { task, dispute, assignment } = openDisputeOf(book, taskId, disputeId);
    const otherSide = dispute.openedById === task.posterId ? assignment.workerId : task.posterId;
    if (partyId !== otherSide) refuse("dispute_not_found");
    if (dispute.response !== null) refuse("task_wrong_state", { message: "You have answered this dispute already." });
    const answered = { ...dispute, response };
    book.disputes.replace(dispute.id, answered);
    return { task, dispute: answered };
  },
});
