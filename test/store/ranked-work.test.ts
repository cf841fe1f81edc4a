import { afterAll, beforeAll, expect, it } from "vitest";
import { grantFunds } from "../../src/market/grant-funds.ts";
import type { Id } from "../../src/model/ids.ts";
import { lookedAtClaims } from "../../src/store/claim-window.ts";
import { rankedPerCategory } from "../../src/store/proposal-window.ts";
import { type BoardPlace, type BoardSeeker, boardStart, readRankedWork } from "../../src/store/ranked-work.ts";
import { EngineStage } from "../support/engine-stage.ts";
import { aCompetition } from "../support/market-inputs.ts";

let stage: EngineStage;
let seeker: BoardSeeker;
let own: Id;
const fitting: Id[] = [];

/** More of both kinds than is ranked; of the tasks to be claimed two in three are beyond the seeker. */
beforeAll(async () => {
  stage = await EngineStage.open();
  const [poster, worker] = [await stage.agent(), await stage.agent()];
  for (const currency of ["usd", "credits"] as const) {
    await stage.engine.execute(grantFunds, { partyId: poster, currency, amount: 1_000_000_000 });
    await stage.engine.execute(grantFunds, { partyId: worker, currency, amount: 1_000_000 });
  }
  seeker = {
    partyId: worker,
    organizationId: null,
    engineer: "none",
    board: ["coding"],
    ranking: { categories: ["busy"], capabilities: ["coding"], usualPrice: 0 },
    proposalCategories: ["busy", "general"],
  };
  const claims = Array.from({ length: lookedAtClaims + 40 }, (_, n) =>
    stage.openTask(poster, {
      requiredCapabilities: n % 3 === 0 ? ["coding"] : ["cooking"],
      category: n % 2 === 0 ? "busy" : "quiet",
    }),
  );
  const proposals = Array.from({ length: rankedPerCategory + 30 }, () =>
    stage.openTask(poster, aCompetition(poster, { category: "busy" })),
  );
  fitting.push(...(await Promise.all(claims)).filter((_, n) => n % 3 === 0), ...(await Promise.all(proposals)));
  fitting.push(await stage.openTask(poster, aCompetition(poster)));
  own = await stage.openTask(worker, aCompetition(worker, { category: "busy" }));
});
afterAll(() => stage.close());

async function readAll(limit: number): Promise<{ id: Id; score: number }[]> {
  const all = [];
  for (let place: BoardPlace | null = boardStart; place !== null; ) {
    const page: Awaited<ReturnType<typeof readRankedWork>> = await readRankedWork(
      stage.database.reads,
      seeker,
      stage.clock.now(),
      place,
      limit,
    );
    for (const { task, rank } of page.items) all.push({ id: task.id, score: rank.score });
    place = page.next;
  }
  return all;
}

it("lists everything that fits once, beyond what is ranked too, in the same order whatever the size of the page", async () => {
  const all = await readAll(17);
  const ids = all.map(({ id }) => id);
  expect(ids).toHaveLength(fitting.length);
  expect(new Set(ids)).toEqual(new Set(fitting));
  expect(ids).not.toContain(own);
  expect((await readAll(100)).map(({ id }) => id)).toEqual(ids);
});

it("lists the ranked ones by score and the older ones by age", async () => {
  const all = await readAll(50);
  // Every third of 40, and of the others the 30 that are too many and one more for the own one, which takes up room.
  const olderCount = 14 + 31;
  const scores = all.slice(0, -olderCount).map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(new Set(scores).size).toBeGreaterThan(2);
  const older = all.slice(-olderCount);
  expect(older.map(({ id }) => id)).toEqual(
    older
      .map(({ id }) => id)
      .toSorted()
      .reverse(),
  );
  expect(new Set(older.map(({ score }) => score)).size).toBeGreaterThan(1);
});

it("asks nothing of the board of proposals for somebody who may not propose, and nothing of the other for whom claims nothing", async () => {
  const now = stage.clock.now();
  const read = (who: BoardSeeker) => readRankedWork(stage.database.reads, who, now, boardStart, 100);
  const claims = await read({ ...seeker, proposalCategories: [] });
  expect(new Set(claims.items.map(({ task }) => task.intake))).toEqual(new Set(["claim"]));
  const proposals = await read({ ...seeker, board: null });
  expect(new Set(proposals.items.map(({ task }) => task.intake))).toEqual(new Set(["proposals"]));
  expect(await read({ ...seeker, board: null, proposalCategories: [] })).toEqual({ items: [], next: null });
});
