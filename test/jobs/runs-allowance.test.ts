import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunStage } from "../support/run-stage.ts";

describe("a run whose task is paid by a daily allowance", () => {
  let folder: string;
  let stage: RunStage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "guildhall-runs-"));
    stage = await RunStage.open(folder);
  });
  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  const used = async (holderId: string): Promise<number> => {
    const text = "select used from allowances where holder_id = $1";
    return (await stage.stage.database.reads.query(text, [holderId])).rows[0]?.used ?? 0;
  };

  it("takes credits by what its model is given and says, whole ones, of its whole use, and beyond the day's limit", async () => {
    const tokens = [
      { inputTokens: 150, outputTokens: 0 },
      { inputTokens: 150, outputTokens: 20 },
      { inputTokens: 0, outputTokens: 0 },
      { inputTokens: 10_000, outputTokens: 0 },
    ];
    const node = await stage.node(async (session) => {
      for (const [index, spent] of tokens.entries()) {
        await session.step({ kind: "model", name: "answer", input: { index } }, async () => ({ output: "", ...spent }));
      }
      await session.deliver({ text: "Done.", files: [] });
    });
    const day = stage.stage.clock.now().slice(0, 10);
    const allowance = { holderId: "ada", day, credits: 1, dailyLimit: 100 };
    const { id } = await stage.run({ budget: 0, allowance });
    expect((await stage.reaches(id, "succeeded", "failed")).failure).toBeNull();
    // 1 for the task; 1.5, then 3 and 1, then nothing, then 100 more, at 10,000 and 50,000 credits a million.
    expect(await used("ada")).toBe(1 + 4 + 100);
    await expect(stage.run({ budget: 0, allowance })).rejects.toMatchObject({ code: "allowance_used_up" });
    const paid = await stage.run({});
    await stage.reaches(paid.id, "succeeded", "failed");
    expect(await used("ada")).toBe(105);
    await node.close();
    await stage.stage.expectLedgerToBalance();
  });
});
