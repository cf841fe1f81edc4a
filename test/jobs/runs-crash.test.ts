import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Id } from "../../src/model/ids.ts";
import { RunStage } from "../support/run-stage.ts";

const fixture = join(import.meta.dirname, "fixtures/run-node.ts");
const runCount = 40;
const stepsEach = 8;
const kills = 5;

let folder: string;
let stage: RunStage;
let told: Server;
/** What each run did, in the order in which it was told. */
const done = new Map<Id, number[]>();
const children = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "guildhall-runs-"));
  stage = await RunStage.open(folder);
  told = createServer((request, response) => {
    const [, runId = "", number] = (request.url ?? "").split("/");
    done.set(runId, [...(done.get(runId) ?? []), Number(number)]);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(told, "listening");
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  told.close();
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

/** A server process, open. */
async function startNode(): Promise<ChildProcess> {
  const { host, port, user, password, database } = stage.stage.testDatabase.address;
  const child = spawn(process.execPath, [fixture], {
    env: {
      PATH: process.env.PATH ?? "",
      DATABASE_URL: `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}`,
      GUILDHALL_DATA: join(folder, "data"),
      TOLD_URL: `http://127.0.0.1:${(told.address() as AddressInfo).port}`,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  if (child.stdout === null) throw new Error("The server has no output.");
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  children.delete(child);
}

async function unfinished(): Promise<number> {
  const text = "select count(*)::integer as n from runs where ended_at is null";
  return (await stage.stage.database.reads.query(text)).rows[0].n;
}

it(`goes on with every run after ${kills} times kill -9, within 30 s, and does nothing twice that was stored`, {
  timeout: 90_000,
}, async () => {
  // The servers go by the real time.
  stage.stage.clock.advanceMinutes((Date.now() - Date.parse(stage.stage.clock.now())) / 60_000);
  const runs = await Promise.all(Array.from({ length: runCount }, () => stage.run({ budget: 1 })));
  const open: ChildProcess[] = [];
  const starting = new Set<Promise<void>>();
  const startAnother = (): void => {
    const start: Promise<void> = startNode().then((node) => {
      open.push(node);
      starting.delete(start);
    });
    starting.add(start);
  };
  for (let count = 0; count < 2; count++) startAnother();
  for (let count = 0; count < kills; count++) {
    await expect.poll(() => open.length, { timeout: 30_000 }).toBeGreaterThan(0);
    // Time to take runs and to be in the middle of them.
    await pause(700);
    await kill(open.shift() ?? expect.fail("There is no node."));
    if (count < kills - 1) startAnother();
  }
  await Promise.all(starting);
  const killedAtMs = performance.now();
  await expect.poll(unfinished, { timeout: 30_000, interval: 250 }).toBe(0);
  process.stderr.write(`runs went on and ended ${Math.round(performance.now() - killedAtMs)} ms after the last kill\n`);

  const steps = Array.from({ length: stepsEach }, (_, index) => index + 1);
  let repeats = 0;
  for (const { id, taskId } of runs) {
    expect(await stage.look(id)).toMatchObject({ state: "succeeded", stepCount: stepsEach + 1 });
    expect((await stage.steps(id)).map(({ output }) => output)).toEqual([...steps, { verdict: "accepted" }]);
    expect((await stage.history(taskId)).filter((type) => type === "task.submitted")).toHaveLength(1);
    const told = done.get(id) ?? [];
    // Only the step that a crash caught before it was stored was done again.
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(new Set(told)).toEqual(new Set(steps));
    repeats += told.length - stepsEach;
  }
  expect(repeats).toBeLessThanOrEqual(kills * runCount);
  await stage.stage.expectLedgerToBalance();
});
