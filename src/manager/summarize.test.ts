import { describe, expect, it } from "vitest";
import { instantFromMs } from "../model/instant.ts";
import type { ManagedProject, Part, ProjectProgress, ProjectSnapshot } from "../model/project-snapshot.ts";
import { assemble, isComplete, planRework } from "./assemble.ts";
import { milestoneSummary, reachedMilestone, wantsSummary } from "./summarize.ts";
import { tellMember } from "./tell-members.ts";

const now = instantFromMs(Date.parse("2026-01-05T00:00:00Z"));

function snapshot(
  progress: Partial<ProjectProgress>,
  wish: Partial<ManagedProject> = {},
): Pick<ProjectSnapshot, "project" | "progress"> & ProjectSnapshot {
  const project: ManagedProject = {
    id: "p",
    posterId: "b",
    title: "A study",
    state: "in_progress",
    category: "general",
    requiredCapabilities: [],
    budget: 10_000,
    currency: "usd",
    price: null,
    waitingFor: 0,
    plannedBy: "buyer",
    maxRevisions: 3,
    revisionCount: 1,
    reviewHours: 72,
    timeLimitMinutes: 60,
    eventCount: 9,
    uncarved: 900,
    milestones: [],
    rework: null,
    ...wish,
  };
  const counts = { total: 4, completed: 0, waiting: 0, ready: 0, inProgress: 0, inReview: 0, disputed: 0, ...progress };
  const rest = { openings: [], candidates: new Map(), deliveries: [], silences: [], nextSilenceAt: null };
  return { project, progress: counts, ...rest, messages: [], notices: [], seenBefore: 0, seenEvents: 9 };
}

describe("summaries", () => {
  it("are due when a milestone is reached that nobody was told of, the highest only", () => {
    expect(reachedMilestone(snapshot({}))).toBeUndefined();
    expect(reachedMilestone(snapshot({ completed: 1 }))).toBe(25);
    expect(reachedMilestone(snapshot({ completed: 3 }))).toBe(75);
    expect(reachedMilestone(snapshot({ completed: 3 }, { milestones: [25, 75] }))).toBeUndefined();
    // The plan has grown since.
    expect(reachedMilestone(snapshot({ completed: 1 }, { milestones: [50] }))).toBeUndefined();
  });

  it("say who does what and what it has cost, in one line a subtask whatever its title holds", () => {
    const ongoing = [{ title: 'Prices"\n100 % done.', state: "in_review", memberName: "Ada" }] as const;
    const { content, cause } = milestoneSummary(snapshot({ completed: 2, inReview: 1 }, { price: 250 }), 50, ongoing);
    expect(cause).toBe("milestone:50");
    expect(content.split("\n")).toEqual([
      "50 % done. 2 of 4 subtasks are completed, 1 in review, 0 in progress, 0 ready, 0 waiting for others.",
      `- "Prices' 100 % done.": in review, "Ada"`,
      "Cost so far: USD 2.50 of USD 100.00.",
    ]);
  });

  it("are written for the buyer who asks, not for members", () => {
    const turn = { id: "m", threadId: null, threadTitle: "", answers: 0, waitsForBuyer: false } as const;
    expect(wantsSummary({ ...turn, senderType: "buyer", content: "Please summarise" })).toBe(true);
    expect(wantsSummary({ ...turn, senderType: "buyer", content: "Use euros." })).toBe(false);
    expect(wantsSummary({ ...turn, senderType: "agent", content: "Please summarise" })).toBe(false);
  });
});

describe("the whole", () => {
  const askedAt = instantFromMs(Date.parse("2026-01-04T00:00:00Z"));
  const rework = { askedAt, reason: "Shorter.", hasNewPart: false, sinks: ["a", "b"] };

  it("is there when nothing is waited for and something was completed", () => {
    expect(isComplete(snapshot({ completed: 4 }), now)).toBe(true);
    expect(isComplete(snapshot({ completed: 3 }, { waitingFor: 1 }), now)).toBe(false);
    expect(isComplete(snapshot({ completed: 0, total: 0 }), now)).toBe(false);
    expect(isComplete(snapshot({ completed: 4 }, { state: "in_review" }), now)).toBe(false);
  });

  it("is not handed in again before the rework is done, unless nothing came of it in a review's time", () => {
    expect(isComplete(snapshot({ completed: 4 }, { rework }), now)).toBe(false);
    expect(isComplete(snapshot({ completed: 5 }, { rework: { ...rework, hasNewPart: true } }), now)).toBe(true);
    const long = instantFromMs(Date.parse("2026-01-01T00:00:00Z"));
    expect(isComplete(snapshot({ completed: 4 }, { rework: { ...rework, askedAt: long } }), now)).toBe(true);
  });

  it("is reworked for an equal share of what is left, on top of everything there is", () => {
    const { project } = snapshot({ completed: 4 }, { rework });
    expect(planRework(project, now).actions).toMatchObject([
      { kind: "plan", add: [{ title: "Revision 1", budget: 300, dependsOn: ["a", "b"] }] },
    ]);
    expect(planRework({ ...project, revisionCount: 3 }, now).actions).toMatchObject([{ add: [{ budget: 900 }] }]);
    expect(planRework({ ...project, uncarved: 0 }, now)).toMatchObject({
      actions: [{ kind: "say", cause: "rework:1" }],
      wakeAt: "2026-01-07T00:00:00.000Z",
    });
  });

  it("has a heading, the text and the links of each part, and every file once", () => {
    const part = (title: string, wish: Partial<Part> = {}): Part => {
      return { subtaskId: title, title, text: `About ${title}.`, isCut: false, links: [], fileIds: ["f"], ...wish };
    };
    const parts = [
      part("a", { links: ["https://example.com/a"] }),
      part("b", { text: " " }),
      part("c", { isCut: true }),
    ];
    expect(assemble("A study", parts)).toEqual({
      kind: "assemble",
      text: [
        "# A study",
        "## a\n\nAbout a.\n\n- https://example.com/a",
        "## b\n\n(See its files and links.)",
        "## c\n\nAbout c.\n\n(Cut here. The whole is in the delivery of subtask c.)",
      ].join("\n\n"),
      links: ["https://example.com/a"],
      fileIds: ["f"],
    });
  });
});

describe("what members are told", () => {
  it("has one cause for each thing that happened", () => {
    const notices = [
      { kind: "revision", subtaskId: "s", event: 3, reason: "Too short." },
      { kind: "handover", subtaskId: "s", assignmentId: "a" },
      { kind: "revised", subtaskId: "s", dependencyTitle: "Prices", submissionId: "d" },
    ] as const;
    const said = notices.map(tellMember);
    expect(said.map(({ cause }) => cause)).toEqual(["revision:s:3", "handover:a", "revised:s:d"]);
    expect(said[0]?.content).toContain("Too short.");
    expect(said[2]?.content).toContain('"Prices", which you build on, has changed');
  });
});
