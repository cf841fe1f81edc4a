import { describe, expect, it } from "vitest";
import type { IncomingMessage } from "../model/project-snapshot.ts";
import { answerBlocker, wantsAnswer } from "./blockers.ts";
import { findAnswer } from "./find-answer.ts";

function message(content: string, wish: Partial<IncomingMessage> = {}): IncomingMessage {
  const turn = { answers: 0, waitsForBuyer: false };
  return { id: "m", threadId: "t", threadTitle: "Prices", senderType: "agent", content, ...turn, ...wish };
}

const sources = [
  { name: "The project's brief", text: "Compare ten rivals. Use public prices of the last quarter." },
  { name: 'The output of "List"', text: "- Acme\n- Beta\nPrices are in dollars." },
];

describe("blockers", () => {
  it("are messages that start with Blocked or carry a question, and nothing else", () => {
    const wants = (content: string) => wantsAnswer(message(content));
    expect(wants("Blocked on pricing confirmation for two competitors.")).toBe(true);
    expect(wants("blocked: no access")).toBe(true);
    expect(wants("Which quarter?")).toBe(true);
    expect(wants("Picked this up. I will post blockers immediately.")).toBe(false);
    expect(wants("See https://example.com/?page=2")).toBe(false);
    expect(wantsAnswer(message("Why?", { senderType: "buyer" }))).toBe(false);
  });

  it("are answered with the sentence of the project's texts that speaks of the same, and where it stands", () => {
    expect(answerBlocker(message("Which prices do we use, of which quarter?"), sources)).toMatchObject([
      { kind: "say", threadId: "t", messageType: "text", content: expect.stringContaining("of the last quarter") },
    ]);
    expect(findAnswer("Are the prices in dollars?", sources)?.source).toBe('The output of "List"');
    expect(findAnswer("Who pays the travel to Lisbon?", sources)).toBeUndefined();
  });

  it("go to the buyer when no text answers them, the buyer is asked for, or the first answer did not help", () => {
    for (const [content, wish] of [
      ["Blocked: no login for the archive", {}],
      ["Blocked: I need buyer guidance on public prices of the last quarter", {}],
      ["Which prices do we use, of which quarter?", { answers: 1 }],
    ] as const) {
      const actions = answerBlocker(message(content, wish), sources);
      expect(actions).toMatchObject([
        { threadId: null, messageType: "blocker", cause: "escalation:m", content: expect.stringContaining(content) },
        { threadId: "t", messageType: "blocker", cause: "reply:m" },
      ]);
    }
  });

  it("are asked of the buyer once; in the project channel the buyer reads them itself", () => {
    expect(answerBlocker(message("Blocked again?", { waitsForBuyer: true }), sources)).toEqual([]);
    expect(answerBlocker(message("Blocked: no login", { threadId: null }), sources)).toHaveLength(1);
  });
});
