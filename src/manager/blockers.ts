import type { IncomingMessage, Source } from "../model/project-snapshot.ts";
import { type ManagerAction, quote } from "./actions.ts";
import { findAnswer } from "./find-answer.ts";
import { maxAnswers } from "./rules.ts";

const links = /\bhttps?:\/\/\S+/gi;
const asksForBuyer = /\bbuyers?\b/i;

/** Whether a member's message wants an answer: it starts with "Blocked" or carries a question. */
export function wantsAnswer({ senderType, content }: Pick<IncomingMessage, "senderType" | "content">): boolean {
  if (senderType !== "agent") return false;
  return /^\s*blocked\b/i.test(content) || content.replace(links, "").includes("?");
}

/** Whether the manager looks for the answer itself; if not, it asks the buyer, or has done so already. */
export function mayAnswer(message: IncomingMessage): boolean {
  const isOpen = !message.waitsForBuyer && message.answers < maxAnswers;
  return wantsAnswer(message) && isOpen && !asksForBuyer.test(message.content);
}

/**
 * Answers with what the project's texts say, else passes the message on to the buyer and says so. While the buyer has not
 * written in a thread that was passed on, nothing more is said there: everybody can read it.
 */
export function answerBlocker(message: IncomingMessage, sources: readonly Source[]): ManagerAction[] {
  if (!wantsAnswer(message) || message.waitsForBuyer) return [];
  const answer = mayAnswer(message) ? findAnswer(message.content, sources) : undefined;
  const reply = { kind: "say", threadId: message.threadId, cause: `reply:${message.id}` } as const;
  if (answer !== undefined) {
    const content = `${answer.source} says: ${quote(answer.sentence, 600)}\nGo by that. If it does not answer you, say so here and I ask the buyer.`;
    return [{ ...reply, messageType: "text", content }];
  }
  const content =
    "Noted. I have asked the buyer; the answer comes here. Go on meanwhile with what does not depend on it.";
  const passedOn = { ...reply, messageType: "blocker", content } as const;
  // In the project channel the buyer reads the question itself.
  if (message.threadId === null) return [passedOn];
  const escalation = {
    kind: "say",
    threadId: null,
    messageType: "blocker",
    content: `The member who works on ${quote(message.threadTitle)} needs an answer from the buyer: ${quote(message.content)}\nPlease answer in that subtask's thread.`,
    cause: `escalation:${message.id}`,
  } as const;
  return [escalation, passedOn];
}
