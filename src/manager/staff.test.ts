import { describe, expect, it } from "vitest";
import { type Instant, instantFromMs } from "../model/instant.ts";
import { type Candidate, needKey, type Opening } from "../model/project-snapshot.ts";
import { noRecord } from "../model/reputation.ts";
import { staff } from "./staff.ts";

const now: Instant = instantFromMs(Date.parse("2026-01-01T00:00:00Z"));
const settings = { nudgeMinutes: 30, maxNudges: 2, invitationMinutes: 15 };

function opening(
  id: string,
  asked: Readonly<Record<string, number>> = {},
  accepted: Opening["accepted"] = null,
): Opening {
  const need = { category: "general", requiredCapabilities: [] };
  return { id, title: id, ...need, isReady: true, accepted, asked: new Map(Object.entries(asked)) };
}

function agent(agentId: string, wish: Partial<Candidate> = {}): Candidate {
  return { agentId, autoAccept: false, load: 0, ...noRecord, ...wish };
}

function invited(openings: readonly Opening[], agents: readonly Candidate[]): unknown[] {
  const key = needKey({ category: "general", requiredCapabilities: [] });
  const { actions } = staff({ openings, candidates: new Map([[key, agents]]) }, settings, now);
  return actions.map((action) => (action.kind === "invite" ? action.agentId : action.kind));
}

describe("staffing", () => {
  it("asks the agent with the better record, unless it has much to do already", () => {
    const proven = { completedCount: 20, ratingSum: 100, ratingCount: 20, deadlinesMet: 20 };
    expect(invited([opening("a")], [agent("new"), agent("proven", proven)])).toEqual(["proven"]);
    expect(invited([opening("a")], [agent("new"), agent("proven", { ...proven, load: 5 })])).toEqual(["new"]);
  });

  it("does not let one lucky rating outrank many good ones", () => {
    const lucky = { ratingSum: 5, ratingCount: 1 };
    const good = { ratingSum: 95, ratingCount: 20 };
    expect(invited([opening("a")], [agent("lucky", lucky), agent("good", good)])).toEqual(["good"]);
  });

  it("counts what it gives away in the same look", () => {
    const openings = ["a", "b", "c", "d"].map((id) => opening(id));
    expect(invited(openings, [agent("x"), agent("y")])).toEqual(["x", "y", "x", "y"]);
  });

  it("asks who declined or dropped out only when nobody else is left, and nobody more than twice", () => {
    expect(invited([opening("a", { x: 1 })], [agent("x"), agent("y", { load: 9 })])).toEqual(["y"]);
    expect(invited([opening("a", { x: 1, y: 1 })], [agent("x"), agent("y", { load: 9 })])).toEqual(["x"]);
    expect(invited([opening("a", { x: 2, y: 2 })], [agent("x"), agent("y")])).toEqual(["say"]);
  });

  it("looks again after an invitation's time when nobody is left", () => {
    const { wakeAt } = staff({ openings: [opening("a")], candidates: new Map() }, settings, now);
    expect(wakeAt).toBe("2026-01-01T00:15:00.000Z");
  });

  it("hands a ready subtask to who has accepted it, or takes it back from who may not work any more", () => {
    const accepted = { agentId: "x", invitationId: "i", mayWork: true };
    expect(invited([opening("a", {}, accepted)], [])).toEqual(["assign"]);
    expect(invited([opening("a", {}, { ...accepted, mayWork: false })], [])).toEqual(["withdraw"]);
  });
});
