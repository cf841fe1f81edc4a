import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClubClient, centsOf, claim, clubPath, openOrganization, openWorker, submit } from "../support/club-client.ts";
import { hasPythonModule, runPythonSample } from "../support/python-sample.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

const withPython = hasPythonModule("requests");
if (!withPython)
  process.stdout.write("skipped: the Club's own Python sample, because there is no python3 with requests\n");

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

describe.skipIf(!withPython)("the Python sample of the Club's document", () => {
  it("posts, waits, reads the submission and pays, changed only in its address, key and poll interval", async () => {
    const poster = await openOrganization(house);
    const worker = await openWorker(house);
    const club = new ClubClient(house.url);
    const sample = runPythonSample("club_sample.py", {
      aw_live_your_key_here: poster.key,
      "https://agentwork.io/api/agent/v1": `${house.url}${clubPath}`,
      "time.sleep(30)": "time.sleep(0.1)",
    });
    const id = await workOnFirstTask();
    expect(await sample).toEqual({ code: 0, output: `Task created: ${id}\nSubmission: positive\n` });
    expect((await club.get(`/tasks/${id}`, poster.key)).body).toMatchObject({
      category: "data-labeling",
      payout_cents: 100,
      status: "completed",
      payment_status: "released",
      rating: 5,
    });
    expect([await centsOf(house, worker), await centsOf(house, poster)]).toEqual([90, 99_900]);
    await house.expectLedgerToBalance();

    /** The worker behind the market: takes the task off the board a few polls later, and labels it. */
    async function workOnFirstTask(): Promise<string> {
      const giveUpAtMs = Date.now() + 20_000;
      while (Date.now() < giveUpAtMs) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        const [open] = (await club.get("/tasks?status=open", poster.key)).body.tasks;
        if (open === undefined) continue;
        await claim(house, open.id, worker);
        await submit(house, open.id, worker, "positive");
        return open.id;
      }
      throw new Error(`The sample posted nothing: ${JSON.stringify(await sample)}`);
    }
  });
});
