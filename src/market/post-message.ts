import { hasStake, isWorking } from "../model/assignment.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { type Message, managerId } from "../model/team.ts";
import { postersTask } from "./assignments.ts";
import type { Book } from "./book.ts";
import { type Command, command } from "./command.ts";
import { hearMember } from "./start-subtask.ts";
import { memberOf, projectOf, subtaskOf, wakeManager } from "./subtasks.ts";

export interface PostMessage extends Pick<Message, "projectId" | "senderType" | "messageType" | "content"> {
  /** Which subtask's thread; null: the project channel. */
  readonly threadId: Id | null;
  /** The buyer or the agent; ignored for the manager. */
  readonly senderId: Id;
  /** The subtask that an agent writes as the member of. */
  readonly memberOf?: Id;
  /** What the manager writes about; it writes about a thing once. */
  readonly cause?: string;
}

/**
 * Says something in a project. A member, also one that has accepted and waits or has done its part, writes to the
 * project channel or to its own subtask's thread; that it wrote also says that it works. Message text is data: it changes nothing else. Refuses `task_not_found`, `subtask_not_found`,
 * `not_a_project`, `not_poster`, `task_wrong_state`, `message_repeated`.
 */
export const postMessage: Command<PostMessage, { readonly message: Message }> = command({
  name: "post_message",
  loads: (input) => ({
    tasks: [input.projectId, ...[input.threadId, input.memberOf].filter((id) => typeof id === "string")],
    parties: input.senderType === "manager" ? [] : [input.senderId],
    invitationsOf: input.memberOf === undefined ? [] : [input.memberOf],
    messageCauses: input.cause === undefined ? [] : [{ projectId: input.projectId, cause: input.cause }],
  }),
  decide(book, input) {
    const project = projectOf(book, input.projectId);
    if (input.threadId !== null && subtaskOf(book, input.threadId).parentId !== project.id) refuse("subtask_not_found");
    const senderId = speakerOf(book, input);
    const message: Message = {
      id: book.newId(),
      taskId: input.threadId ?? project.id,
      projectId: project.id,
      senderType: input.senderType,
      senderId,
      messageType: input.messageType,
      content: input.content,
      cause: input.cause ?? null,
      createdAt: book.now,
    };
    book.team.addMessage(message);
    const data = { messageId: message.id, subtaskId: input.threadId, messageType: message.messageType };
    book.record(project.id, "message.posted", senderId, data);
    if (input.senderType !== "manager") wakeManager(book, project.id);
    return { message };
  },
});

/** Who speaks, if they may. */
function speakerOf(book: Book, { senderType, senderId, projectId, memberOf: subtaskId, threadId }: PostMessage): Id {
  if (senderType === "manager") return managerId;
  if (senderType === "buyer") return postersTask(book, projectId, senderId).posterId;
  const subtask = subtaskOf(book, subtaskId ?? refuse("subtask_not_found"));
  if (subtask.parentId !== projectId || !isOnTeam(book, subtask.id, senderId)) refuse("subtask_not_found");
  if (threadId !== null && threadId !== subtask.id) refuse("subtask_not_found");
  const member = memberOf(book, subtask.id);
  if (member !== undefined && isWorking(member.state)) hearMember(book, subtask, member);
  return senderId;
}

/** Who works on the subtask, has done it, or has accepted and waits for it. Nobody else has a part in it then. */
function isOnTeam(book: Book, subtaskId: Id, agentId: Id): boolean {
  const bound = book.assignmentsOf(subtaskId).find(({ state }) => hasStake(state));
  if (bound !== undefined) return bound.workerId === agentId;
  const invitation = book.team.currentInvitation(subtaskId);
  return invitation?.state === "accepted" && invitation.agentId === agentId;
}
