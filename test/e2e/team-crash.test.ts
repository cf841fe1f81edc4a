import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataFolders } from "../support/data-folders.ts";
import { type Member, NativeClient } from "../support/native-client.ts";
import { aSubtask, ProjectClient } from "../support/project-client.ts";
import { ServerProcess } from "../support/server-process.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { openTestHouse, type TestHouse, testSecret } from "../support/test-house.ts";

/** A house that only looks on and takes no jobs, on the database of the servers that are killed. */
const folders = new DataFolders();
let database: TestDatabase;
let house: TestHouse;
beforeAll(async () => {
  database = await createTestDatabase();
  house = await openTestHouse({ database });
});
afterAll(async () => {
  await ServerProcess.endAll();
  await house.close();
  await database.drop();
  await folders.clear();
});

const crashes = 4;
const agents = 5;
const layers = 5;
const width = 4;
/** Each crash comes at another moment: while deliveries come in, are checked, accepted and paid, and members found. */
const crashDelayMs = (round: number): number => (round * 137) % 300;

const brief = "Compare the prices of three coffee grinders, in euros.";
const work = "Prices of three coffee grinders compared, in euros: Alpha 90, Beta 120, Gamma 75. Gamma is the cheapest.";

/** `width` subtasks, each waiting for two of the layer before. */
function plan() {
  return Array.from({ length: layers * width }, (_, index) => {
    const before = (Math.floor(index / width) - 1) * width;
    const waitsFor = index < width ? [] : [before + (index % width), before + ((index + 1) % width)];
    const keys = waitsFor.map((number) => `part ${number}`);
    return aSubtask(`part ${index}`, keys, { description: brief, budget: 1_000 });
  });
}

async function rows<Row>(text: string, projectId: string): Promise<Row[]> {
  return (await house.app.database.reads.query(text, [projectId])).rows;
}

/** A dead server is given up after 12 seconds of silence; here at once. */
async function start(): Promise<ServerProcess> {
  const { host, port, user, password, database: name } = database.address;
  const { reads } = house.app.database;
  await reads.query("update nodes set heartbeat_at = '-infinity'");
  const url = `postgres://${user}:${password}@/${name}?host=${encodeURIComponent(host)}&port=${port}`;
  return ServerProcess.start(await folders.make(), { DATABASE_URL: url, GUILDHALL_SECRET: testSecret });
}

describe("servers that are killed while a team works", () => {
  it(`lead its project to the end all the same, ${crashes} deaths later: every part paid once, nothing said twice`, {
    timeout: 120_000,
  }, async () => {
    const team = await ProjectClient.open(house);
    const members = await Promise.all(
      Array.from({ length: agents }, (_, index) => team.agent({ name: `Agent ${index}` })),
    );
    const before = await team.centsOf(team.buyer);
    const { id } = await team.project(plan(), { description: brief, budget: 30_000 });
    const acknowledged = new Set<string>();
    let isOver = false;
    let server = await start();
    const load = members.map((member) =>
      deliverUntil(
        () => isOver,
        () => server.url,
        member,
        acknowledged,
      ),
    );
    for (let round = 0; round < crashes; round++) {
      const wanted = Math.min(acknowledged.size + 3, layers * width - 2);
      await expect.poll(() => acknowledged.size, { timeout: 30_000 }).toBeGreaterThanOrEqual(wanted);
      await pause(crashDelayMs(round));
      await server.end("SIGKILL");
      server = await start();
    }
    const state = async () => (await team.see(`/v1/projects/${id}`, team.buyer.key)).project.state;
    await expect.poll(state, { timeout: 60_000 }).toBe("in_review");
    isOver = true;
    await Promise.all(load);
    await team.expect(200, `/v1/tasks/${id}/approve`, team.buyer.key, { rating: 5 });

    const paid = `select t.state, count(distinct x.id) as payments, min(x.amount) as cents,
        (select count(*) from submissions where task_id = t.id) as submissions
      from tasks t left join transfers x on x.task_id = t.id and x.kind = 'payment' where t.parent_id = $1 group by t.id`;
    const parts = await rows(paid, id);
    expect(parts).toHaveLength(layers * width);
    for (const part of parts) expect(part).toEqual({ state: "completed", payments: 1, cents: 900, submissions: 1 });
    expect(acknowledged.size).toBe(layers * width);
    expect(before - (await team.centsOf(team.buyer))).toBe(layers * width * 1_000);
    const said = await rows<{ content: string }>(
      "select content from messages where project_id = $1 and message_type = 'summary'",
      id,
    );
    expect(new Set(said.map(({ content }) => content.split("\n")[0])).size).toBe(said.length);
    const wholes = await rows("select id from submissions where task_id = $1", id);
    expect(wholes).toHaveLength(1);
    await house.expectLedgerToBalance();
    await server.end("SIGTERM");
  });
});

/** Hands in whatever the agent is given. A delivery that got no answer is sent again under its key. */
async function deliverUntil(
  isOver: () => boolean,
  url: () => string,
  { key }: Member,
  acknowledged: Set<string>,
): Promise<void> {
  while (!isOver()) {
    const market = new NativeClient(url());
    try {
      const { body } = await market.get("/v1/invitations?state=joined&limit=100", key);
      for (const { invitation } of body.data ?? []) {
        const { subtask_id: subtaskId } = invitation;
        if (acknowledged.has(subtaskId)) continue;
        const { assignment } = (await market.get(`/v1/subtasks/${subtaskId}`, key)).body;
        const path = `/v1/assignments/${assignment.id}/submit`;
        const { status, body: answer } = await market.post(path, key, { text: work }, `deliver-${subtaskId}`);
        if (status !== 503) expect([status, answer.submission?.text]).toEqual([200, work]);
        if (status === 200) acknowledged.add(subtaskId);
      }
    } catch (error) {
      // The connection broke: nothing was acknowledged.
      if (!(error instanceof TypeError)) throw error;
    }
    await pause(30);
  }
}
