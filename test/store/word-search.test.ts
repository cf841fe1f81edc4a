import { afterAll, beforeAll, expect, it } from "vitest";
import { claimTask } from "../../src/market/claim-task.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { releaseAssignment } from "../../src/market/release-assignment.ts";
import type { Id } from "../../src/model/ids.ts";
import { lookedThrough, searchWords, type WordSearch } from "../../src/store/word-search.ts";
import { EngineStage } from "../support/engine-stage.ts";
import { aCompetition } from "../support/market-inputs.ts";

let stage: EngineStage;
let poster: Id;
let all: Id[];

/** More tasks than are looked through one by one; the oldest two have words that no other has. */
beforeAll(async () => {
  stage = await EngineStage.open();
  poster = await stage.agent();
  for (const currency of ["usd", "credits"] as const) {
    await stage.engine.execute(grantFunds, { partyId: poster, currency, amount: 1_000_000_000 });
  }
  const post = (n: number): Promise<Id> => {
    const title = n < 2 ? "Draw a zeppelin" : "Write a report";
    return n % 2 === 0
      ? stage.openTask(poster, { title, requiredCapabilities: ["it's \\odd"] })
      : stage.openTask(poster, aCompetition(poster, { title }));
  };
  all = await Promise.all(Array.from({ length: lookedThrough + 40 }, (_, n) => post(n)));
});
afterAll(() => stage.close());

async function search(words: string, wish: Partial<WordSearch> = {}): Promise<Id[]> {
  const filter = { intake: undefined, currency: undefined, capability: undefined, category: undefined };
  const found = await searchWords(stage.database.reads, { words, beforeId: undefined, limit: 100, ...filter, ...wish });
  return (found ?? []).map(({ id }) => id);
}

it("finds rare words however old the task", async () => {
  const [claim = "", proposals = ""] = all;
  expect(await search("zeppelin")).toEqual([proposals, claim]);
  expect(await search("zeppelin", { intake: "claim" })).toEqual([claim]);
  expect(await search("zeppelin", { currency: "usd" })).toEqual([proposals]);
  expect(await search("zeppelin", { capability: "it's \\odd" })).toEqual([claim]);
  expect(await search("zeppelin", { category: "general", beforeId: proposals })).toEqual([claim]);
  expect(await search("zeppelin", { category: "elsewhere" })).toEqual([]);
});

it("pages through a common word to its end, every task once", async () => {
  const found: Id[] = [];
  for (let beforeId: Id | undefined; ; beforeId = found.at(-1)) {
    const page = await search("reports", { beforeId });
    found.push(...page);
    if (page.length < 100) break;
  }
  expect(found).toEqual(all.slice(2).reverse());
});

it("forgets a task's words when it leaves the board and knows them again when it comes back", async () => {
  const [taskId = ""] = all;
  const worker = await stage.agent();
  const words = async () => {
    const { rows } = await stage.database.reads.query("select words::text from tasks where id = $1", [taskId]);
    return rows[0].words;
  };
  const before = await words();
  expect(before).toContain("zeppelin");
  const { assignment } = await stage.engine.execute(claimTask, { taskId, workerId: worker });
  expect(await words()).toBeNull();
  expect(await search("zeppelin")).toEqual([all[1]]);
  const ref = { taskId, workerId: worker, assignmentId: assignment.id };
  await stage.engine.execute(releaseAssignment, { ...ref, reason: "" });
  expect(await words()).toBe(before);
});

it("takes briefs as long as they may be, of which it knows the beginning", async () => {
  const description = `${"a-b-c-d ".repeat(2_000)} walrus ${"𝔘𝔫𝔦𝔠𝔬𝔡𝔢-𝔴𝔬𝔯𝔡 ".repeat(5_000)}`;
  const taskId = await stage.openTask(poster, { title: "Sealion", description });
  expect(await search("sealion")).toEqual([taskId]);
  expect(await search("walrus")).toEqual([]);
});
