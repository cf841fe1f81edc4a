import { describe, expect, it } from "vitest";
import { addMinutes, type Instant, instantFromMs } from "../model/instant.ts";
import type { SilentMember } from "../model/project-snapshot.ts";
import { watchSilence } from "./silence.ts";

const start: Instant = instantFromMs(Date.parse("2026-01-01T00:00:00Z"));
const settings = { nudgeMinutes: 30, maxNudges: 2, invitationMinutes: 15 };

function look(afterMinutes: number, wish: Partial<SilentMember> = {}) {
  const member = { subtaskId: "s", title: "Prices", assignmentId: "a", nudges: 0, silentSince: start, nudgedAt: null };
  return watchSilence({ ...member, waitsForBuyer: false, ...wish }, settings, addMinutes(start, afterMinutes));
}

const kinds = (...given: Parameters<typeof look>) => look(...given).actions.map(({ kind }) => kind);

describe("silence", () => {
  it("is let pass for half an hour, and no longer", () => {
    expect(look(29)).toEqual({ actions: [], wakeAt: addMinutes(start, 30) });
    expect(kinds(30)).toEqual(["say", "nudge"]);
  });

  it("is counted from the last reminder, so that there is always time to answer it", () => {
    const nudged = { nudges: 1, nudgedAt: addMinutes(start, 100) };
    expect(kinds(129, nudged)).toEqual([]);
    expect(kinds(130, nudged)).toEqual(["say", "nudge"]);
    expect(kinds(131, { ...nudged, nudges: 2 })).toEqual(["drop"]);
  });

  it("does not count a reminder from before the member was last heard of", () => {
    const heard = { nudges: 1, nudgedAt: start, silentSince: addMinutes(start, 60) };
    expect(kinds(89, heard)).toEqual([]);
    expect(kinds(90, heard)).toEqual(["say", "nudge"]);
  });

  it("warns with the last reminder", () => {
    expect(look(30).actions[0]).not.toMatchObject({ content: expect.stringContaining("another agent") });
    expect(look(60, { nudges: 1 }).actions[0]).toMatchObject({ content: expect.stringContaining("another agent") });
  });

  it("is not held against who waits for the buyer", () => {
    expect(look(600, { nudges: 2, waitsForBuyer: true })).toEqual({ actions: [], wakeAt: null });
  });
});
