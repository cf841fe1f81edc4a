import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Instant, instantFromMs } from "../../src/model/instant.ts";
import { pauseAgent } from "../../src/store/agent-profiles.ts";
import { type AgentworkAccount, AgentworkClient } from "../support/agentwork-client.ts";
import { Engineer } from "../support/engineer.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { WorkProcess, type WorkProcessOptions } from "../support/work-process.ts";

const fizzBuzz = `"${process.execPath}" "${join(import.meta.dirname, "../../examples/fizzbuzz-worker/worker.ts")}"`;

let house: TestHouse;
let agentwork: AgentworkClient;
let customer: AgentworkAccount;
let folder: string;
const workers: WorkProcess[] = [];

beforeAll(async () => {
  house = await openTestHouse({ takesJobs: true, config: { heartbeatSeconds: 2 } });
  agentwork = new AgentworkClient(house.url);
  folder = await mkdtemp(join(tmpdir(), "guildhall-test-"));
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.end("SIGKILL")));
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

/** An engineer of a new customer's own, so that no test sees the tasks of another. */
async function hire(): Promise<Engineer> {
  customer = await agentwork.register();
  return hireAnother();
}

/** Who gave a task back is not offered it again at once; a colleague is. */
function hireAnother(): Promise<Engineer> {
  return Engineer.hire(house.app, { engineer: "organization", organizationId: customer.organizationId });
}

function startWorker(engineer: Engineer, exec: string, options: Partial<WorkProcessOptions> = {}): WorkProcess {
  // A killed worker leaves its folders behind: in ours they are gone with it.
  const env = { TMPDIR: folder, ...options.env };
  const worker = new WorkProcess({ url: house.url, key: engineer.key, exec, ...options, env });
  workers.push(worker);
  return worker;
}

async function statusIs(taskId: string, status: string) {
  const giveUpAtMs = Date.now() + 20_000;
  for (;;) {
    const { body } = await agentwork.status(customer.key, taskId);
    if (body.status === status) return body;
    if (Date.now() > giveUpAtMs) {
      const told = workers.map((worker) => `${JSON.stringify(worker.lines)}\n${worker.stderr}`).join("\n");
      throw new Error(`Still ${body.status}, not ${status}.\n${told}`);
    }
    await pause(50);
  }
}

async function eventsOf(taskId: string): Promise<string[]> {
  const { body } = await agentwork.get(`/api/v1/tasks/${taskId}/events`, customer.key);
  return body.events.map((event: { content: string }) => event.content);
}

async function resultOf(taskId: string) {
  const { body } = await agentwork.get(`/api/v1/tasks/${taskId}/result`, customer.key);
  return body as { result_text: string; files: { name: string; download_url: string }[] };
}

describe("guildhall work with the FizzBuzz example", () => {
  it("asks, writes, tests, hands in, revises, and what it hands in really works", async () => {
    const worker = startWorker(await hire(), fizzBuzz);
    const taskId = await agentwork.createTask(customer.key, { title: "FizzBuzz", description: "From 1 up to 50." });

    const { question } = await statusIs(taskId, "awaiting_reply");
    expect(question.type).toBe("CLARIFYING_QUESTIONS");
    expect(JSON.parse(question.content).questions).toEqual([
      {
        type: "single_select",
        question: "In which language shall FizzBuzz be written?",
        options: ["JavaScript", "TypeScript"],
      },
    ]);
    const answers = [{ question_index: 0, selected: "TypeScript" }];
    expect((await agentwork.post(`/api/v1/tasks/${taskId}/message`, customer.key, { answers })).status).toBe(201);

    const { solution } = await statusIs(taskId, "awaiting_solution_approval");
    expect(solution.content).toContain("5 tests pass");
    expect(await run(taskId, "first")).toMatch(/^1\n2\nFizz\n4\nBuzz\n(.*\n){44}Buzz\n$/);
    const rejection = { status: "REJECTED", rejection_reason: "In upper case, please." };
    await agentwork.post(`/api/v1/tasks/${taskId}/solution-status`, customer.key, rejection);

    await worker.told("submitted");
    const giveUpAtMs = Date.now() + 20_000;
    while (worker.lines.filter((line) => line.event === "submitted").length < 2 && Date.now() < giveUpAtMs) {
      await pause(50);
    }
    await statusIs(taskId, "awaiting_solution_approval");
    await agentwork.post(`/api/v1/tasks/${taskId}/solution-status`, customer.key, { status: "CONFIRMED" });
    await statusIs(taskId, "completed");
    expect(await run(taskId, "second")).toMatch(/^1\n2\nFIZZ\n4\nBUZZ\n/);
    expect((await eventsOf(taskId)).join("\n")).toContain("Running the tests");
    expect(await worker.end("SIGTERM")).toBe(0);
    await house.expectLedgerToBalance();
  });

  /** Saves the files that were handed in, runs their tests and then the program. */
  async function run(taskId: string, name: string): Promise<string> {
    const { files } = await resultOf(taskId);
    expect(files.map((file) => file.name).sort()).toEqual(["package.json", "src/fizzbuzz.ts", "test/fizzbuzz.test.ts"]);
    const target = join(folder, name);
    for (const file of files) {
      await mkdir(dirname(join(target, file.name)), { recursive: true });
      const download = await fetch(file.download_url);
      await writeFile(join(target, file.name), await download.text());
    }
    const env = { PATH: process.env.PATH ?? "" };
    const tests = spawnSync(process.execPath, ["--test", "test/fizzbuzz.test.ts"], { cwd: target, env });
    expect(tests.status).toBe(0);
    return execFileSync(process.execPath, ["src/fizzbuzz.ts"], { cwd: target, env, encoding: "utf8" });
  }
});

describe("guildhall work", () => {
  it("gives the program the task and a folder, but neither the key nor a setting of the server", async () => {
    const engineer = await hire();
    const env = { DATABASE_URL: "postgres://secret", OTHER_KEY: `x${engineer.key}`, KEPT: "kept" };
    const exec = 'env; cat; pwd; [ "$GUILDHALL_FILES" = "$PWD" ] && echo "same folder"';
    const worker = startWorker(engineer, exec, { env, args: ["--once"] });
    const taskId = await agentwork.createTask(customer.key, { title: "Show", description: "What you see" });
    expect(await worker.end()).toBe(0);
    const { result_text: text } = await resultOf(taskId);
    expect(text).toContain(`GUILDHALL_TASK_ID=${taskId}\n`);
    expect(text).toMatch(/GUILDHALL_ASSIGNMENT_ID=[0-9a-f-]{36}\n/);
    expect(text).toContain("KEPT=kept\n");
    expect(text).toContain('"description":"What you see"');
    expect(text).toContain("same folder");
    expect(text).not.toContain(engineer.key);
    expect(text).not.toContain("GUILDHALL_API_KEY");
    expect(text).not.toContain("postgres://secret");
    expect(JSON.stringify(worker.lines) + worker.stderr).not.toContain(engineer.key);
  });

  it("asks a plain question and runs the program again with the answer", async () => {
    const exec = 'grep -q "\\"answer\\":\\"Blue\\"" && echo "It is blue." || { echo "Which colour?"; exit 10; }';
    const worker = startWorker(await hire(), exec, { args: ["--once"] });
    const taskId = await agentwork.createTask(customer.key);
    const { question } = await statusIs(taskId, "awaiting_reply");
    expect(question).toMatchObject({ type: "TO_CUSTOMER", content: "Which colour?" });
    // Longer than the lease: while it waits for the poster no clock runs.
    await pause(3_000);
    await agentwork.post(`/api/v1/tasks/${taskId}/message`, customer.key, { message: "Blue" });
    expect(await worker.end()).toBe(0);
    expect((await resultOf(taskId)).result_text).toBe("It is blue.");
  });

  it("lends the place of a program that waits for an answer to the next task", async () => {
    const exec = 'grep -q "\\"title\\":\\"First\\"" && { echo "Well?"; exit 10; } || echo done';
    const worker = startWorker(await hire(), exec);
    const first = await agentwork.createTask(customer.key, { title: "First" });
    await statusIs(first, "awaiting_reply");
    const second = await agentwork.createTask(customer.key, { title: "Second" });
    await worker.told("submitted", (line) => line.task_id === second);
    await worker.end("SIGTERM");
    // A stop gives back what still waited.
    await worker.told("released", (line) => line.task_id === first);
  });

  it("works on as many tasks at once as it may, and on no more", async () => {
    const meeting = await mkdtemp(join(folder, "meeting-"));
    // Each program waits until three are there; a fourth would be seen.
    const exec = `touch "${meeting}/$GUILDHALL_TASK_ID"; until [ $(ls "${meeting}" | wc -l) -ge 3 ]; do sleep 0.05; done; sleep 0.5; ls "${meeting}" | wc -l; rm "${meeting}/$GUILDHALL_TASK_ID"; sleep 0.5`;
    const worker = startWorker(await hire(), exec, { args: ["--concurrency", "3"] });
    const taskIds = await Promise.all(Array.from({ length: 3 }, () => agentwork.createTask(customer.key)));
    const late = await agentwork.createTask(customer.key);
    for (const id of taskIds) await worker.told("submitted", (line) => line.task_id === id);
    const counts = await Promise.all(taskIds.map(async (id) => Number((await resultOf(id)).result_text)));
    expect(counts.toSorted().at(-1)).toBe(3);
    await worker.told("took", (line) => line.task_id === late);
    const tookLate = worker.lines.findIndex((line) => line.event === "took" && line.task_id === late);
    const firstDone = worker.lines.findIndex((line) => line.event === "submitted");
    expect(tookLate).toBeGreaterThan(firstDone);
  });

  it("gives a task back with the program's own words when it fails, and the next worker gets it", async () => {
    const failing = startWorker(await hire(), 'echo "No compiler here." >&2; exit 3', { args: ["--once"] });
    const taskId = await agentwork.createTask(customer.key);
    expect(await failing.end()).toBe(1);
    expect(failing.lines.at(-2)).toMatchObject({
      event: "released",
      reason: "The program exited with 3. No compiler here.",
    });
    startWorker(await hireAnother(), "echo done");
    await statusIs(taskId, "awaiting_solution_approval");
  });

  it("backs off when its program keeps failing, instead of spoiling every task there is", async () => {
    const worker = startWorker(await hire(), "exit 1");
    await Promise.all(Array.from({ length: 10 }, () => agentwork.createTask(customer.key)));
    await worker.told("released");
    await pause(3_000);
    expect(worker.lines.filter((line) => line.event === "took").length).toBeLessThanOrEqual(4);
  });

  it("hands in regular files only, by their paths, and refuses too many", async () => {
    const engineer = await hire();
    const exec = "mkdir -p a/b; echo 1 > a/b/c.txt; ln -s /etc/passwd link; ln -s /etc etc; mkfifo pipe; echo ok";
    const worker = startWorker(engineer, exec, { args: ["--once"] });
    const taskId = await agentwork.createTask(customer.key);
    expect(await worker.end()).toBe(0);
    expect((await resultOf(taskId)).files.map((file) => file.name)).toEqual(["a/b/c.txt"]);
    const many = startWorker(engineer, "for i in $(seq 101); do echo > $i; done", { args: ["--once"] });
    await agentwork.createTask(customer.key);
    expect(await many.end()).toBe(1);
    expect(await many.told("released")).toMatchObject({ reason: "The program left more than 100 files." });
  });
});

describe("a worker that ends", () => {
  it("no sooner than its program keeps the lease by heartbeats, several leases long", async () => {
    const worker = startWorker(await hire(), "sleep 6; echo done", { args: ["--once"] });
    const taskId = await agentwork.createTask(customer.key);
    expect(await worker.end()).toBe(0);
    await statusIs(taskId, "awaiting_solution_approval");
  });

  it("by kill -9 loses its lease, the poster sees it, and the next worker does the task", async () => {
    const engineer = await hire();
    const pidFile = join(folder, "pid");
    const dying = startWorker(engineer, `echo $$ > "${pidFile}"; echo started >&2; exec sleep 60`);
    const taskId = await agentwork.createTask(customer.key);
    await dying.told("progress");
    await dying.end("SIGKILL");
    const next = startWorker(engineer, "echo done");
    expect(await next.told("took")).toMatchObject({ task_id: taskId });
    await statusIs(taskId, "awaiting_solution_approval");
    const lapsed = "The agent was not heard of any more; the task goes to the next one.";
    expect((await eventsOf(taskId)).filter((content) => content === lapsed)).toHaveLength(1);
    process.kill(Number(await readFile(pidFile, "utf8")), "SIGKILL");
  });

  it("by SIGTERM lets the program finish within the grace", async () => {
    const worker = startWorker(await hire(), "sleep 1; echo done");
    const taskId = await agentwork.createTask(customer.key);
    await worker.told("running");
    expect(await worker.end("SIGTERM")).toBe(0);
    expect(worker.lines.slice(-3).map((line) => line.event)).toEqual(["stopping", "submitted", "stopped"]);
    await statusIs(taskId, "awaiting_solution_approval");
  });

  it("by SIGINT after the grace ends the program with all it started, gives the task back and exits 0", async () => {
    const pidFile = join(folder, "group");
    const worker = startWorker(await hire(), `sleep 61 & echo $! > "${pidFile}"; wait`, { args: ["--grace", "1"] });
    const taskId = await agentwork.createTask(customer.key);
    await worker.told("running");
    await pause(300);
    const startedMs = performance.now();
    expect(await worker.end("SIGINT")).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(8_000);
    expect(await worker.told("released")).toMatchObject({ task_id: taskId, reason: "The worker was stopped." });
    expect(await isRunning(Number(await readFile(pidFile, "utf8")))).toBe(false);
    const next = startWorker(await hireAnother(), "echo done");
    expect(await next.told("took")).toMatchObject({ task_id: taskId });
  });

  it("not because its agent is paused: it says so, asks again, and works when it may", async () => {
    const engineer = await hire();
    const pauseEngineer = (at: Instant | null) => pauseAgent(house.app.database.reads, engineer.id, at);
    await pauseEngineer(instantFromMs(Date.now()));
    const worker = startWorker(engineer, "echo done", { args: ["--once"] });
    expect((await worker.told("trouble")).reason).toMatch(/^This agent is paused/);
    const taskId = await agentwork.createTask(customer.key);
    await pauseEngineer(null);
    expect(await worker.end()).toBe(0);
    await statusIs(taskId, "awaiting_solution_approval");
  });

  it("with nothing to do ends at once", async () => {
    const worker = startWorker(await hire(), "true");
    await worker.told("waiting");
    await pause(500);
    const startedMs = performance.now();
    expect(await worker.end("SIGTERM")).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  it("loses a task that is cancelled: the program is ended and nothing is handed in", async () => {
    const pidFile = join(folder, "cancelled");
    const worker = startWorker(await hire(), `sleep 62 & echo $! > "${pidFile}"; wait`);
    const taskId = await agentwork.createTask(customer.key);
    await worker.told("running");
    await expect.poll(() => readFile(pidFile, "utf8").catch(() => ""), { timeout: 20_000 }).toMatch(/\d\n/);
    expect((await agentwork.post(`/api/v1/tasks/${taskId}/cancel`, customer.key)).status).toBe(200);
    expect(await worker.told("lost")).toMatchObject({ task_id: taskId });
    expect(await isRunning(Number(await readFile(pidFile, "utf8")))).toBe(false);
    const other = await agentwork.createTask(customer.key);
    expect(await worker.told("took", (line) => line.task_id === other)).toBeDefined();
  });

  it("with a key that is refused says so and exits 3; without one exits 2", async () => {
    const refused = new WorkProcess({ url: house.url, key: "gh_live_nobody", exec: "true" });
    expect(await refused.end()).toBe(3);
    expect(refused.stderr).toBe(`guildhall: ${house.url} refuses this API key: The API key is invalid or revoked.\n`);
    const without = new WorkProcess({ url: house.url, key: "", exec: "true" });
    expect(await without.end()).toBe(2);
    expect(without.stderr).toContain("GUILDHALL_API_KEY");
  });
});

/** Looks for a while: a process that was killed is gone a moment later, or a zombie where nobody asks after it. */
async function isRunning(pid: number): Promise<boolean> {
  for (let look = 0; look < 20; look += 1) {
    const ps = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
    if (ps.stdout.trim() === "" || ps.stdout.trim().startsWith("Z")) return false;
    await pause(50);
  }
  return true;
}
