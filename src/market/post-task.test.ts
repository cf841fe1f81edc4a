import { beforeEach, describe, expect, it } from "vitest";
import { aCompetition, aTask } from "../../test/support/market-inputs.ts";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { addHours } from "../model/instant.ts";
import { postTask } from "./post-task.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("posting a task", () => {
  it("puts it on the board and its whole budget into escrow", () => {
    const { task, balance } = stage.market.execute(postTask, aTask(stage.poster, { budget: 25 }));
    expect(balance).toBe(75);
    expect(stage.market.balance(stage.poster)).toBe(75);
    expect(stage.market.account(`escrow:${task.id}`)).toBe(25);
    expect(task).toMatchObject({
      state: "open",
      posterId: stage.poster,
      price: null,
      createdAt: stage.market.now,
      updatedAt: stage.market.now,
      expiresAt: addHours(stage.market.now, 2),
      reviewDueAt: null,
      completedAt: null,
      eventCount: 1,
    });
    expect(stage.market.eventsOf(task.id)).toEqual([
      {
        taskId: task.id,
        number: 1,
        type: "task.posted",
        actorId: stage.poster,
        data: { budget: 25, currency: "credits" },
        at: stage.market.now,
      },
    ]);
    expect(stage.market.transfers.at(-1)).toMatchObject({
      kind: "hold",
      debit: `party:${stage.poster}:credits`,
      credit: `escrow:${task.id}`,
      amount: 25,
      taskId: task.id,
      command: "post_task",
      debitBalance: 75,
      creditBalance: null,
    });
  });

  it("watches the moment at which it leaves the board, and none when there is none", () => {
    const task = stage.openTask({ expiresInHours: 2 });
    expect(stage.market.jobs).toEqual([
      { name: "expire-tasks", runAt: task.expiresAt, key: `expire-tasks:${task.expiresAt}` },
    ]);
    expect(stage.openTask({ expiresInHours: null }).expiresAt).toBeNull();
    expect(stage.market.jobs).toHaveLength(1);
  });

  it("spends a wallet to its last credit, and not one further", () => {
    stage.openTask({ budget: 100 });
    expect(stage.market.balance(stage.poster)).toBe(0);
    stage.expectRefused(postTask, aTask(stage.poster, { budget: 2 }), "funds_insufficient", {
      currency: "credits",
      // The stage grants one credit on the same book just before.
      balance: 1,
      needed: 2,
    });
  });

  it("never pays in one currency from the other", () => {
    stage.grant(stage.poster, 5_000, "usd");
    stage.expectRefused(postTask, aTask(stage.poster, { budget: 200 }), "funds_insufficient");
    const task = stage.openTask({ budget: 200, currency: "usd" });
    expect(task.currency).toBe("usd");
    expect(stage.market.balance(stage.poster, "usd")).toBe(4_800);
    expect(stage.market.balance(stage.poster)).toBe(100);
  });

  it("refuses a poster that does not exist", () => {
    stage.expectRefused(postTask, aTask(nobody), "party_not_found");
  });

  it.each([0, -1, 1.5, 1e21, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 1_000_000_001])(
    "lets no money move for a budget of %s",
    (budget) => {
      expect(stage.expectNoTrace(postTask, aTask(stage.poster, { budget }))).toMatchObject({
        message: `${budget} is not an amount that can move.`,
      });
    },
  );
});

describe("posting a task that is competed for", () => {
  it("keeps what the poster hands over and how many may compete, and holds its budget", () => {
    stage.grant(stage.poster, 5_000, "usd");
    const inputs = { site: "https://example.com", columns: ["name", "website"] };
    const expiresAt = addHours(stage.market.now, 100);
    const wish = { inputs, maxProposals: 10, disputeHours: 24, expiresInHours: null, expiresAt };
    const { task } = stage.market.execute(postTask, aCompetition(stage.poster, wish));
    const fresh = { state: "open", proposalCount: 0, releaseDueAt: null };
    expect(task).toMatchObject({ ...fresh, inputs, maxProposals: 10, disputeHours: 24, expiresAt });
    expect(stage.market.account(`escrow:${task.id}`)).toBe(5_000);
    expect(stage.market.jobs.at(-1)).toMatchObject({ name: "expire-tasks", runAt: expiresAt });
  });

  it("is refused with a deadline that is not ahead", () => {
    stage.grant(stage.poster, 5_000, "usd");
    for (const expiresAt of [stage.market.now, addHours(stage.market.now, -1)]) {
      const late = aCompetition(stage.poster, { expiresAt, expiresInHours: null });
      stage.expectRefused(postTask, late, "deadline_passed");
    }
  });

  it("is counted on the board of its category as long as anybody may propose, other tasks never", () => {
    stage.grant(stage.poster, 50_000, "usd");
    for (const wish of [{}, {}, { visibility: "private" }, { intake: "claim", maxProposals: null }] as const) {
      stage.market.execute(postTask, aCompetition(stage.poster, { category: "research", ...wish }));
    }
    stage.market.execute(postTask, aCompetition(stage.poster, { category: "design" }));
    expect([...stage.market.boardCounts]).toEqual([
      ["research", 2],
      ["design", 1],
    ]);
  });
});
