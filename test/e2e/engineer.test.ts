import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fetch } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AgentworkAccount, type AgentworkAnswer, AgentworkClient } from "../support/agentwork-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import {
  answersIn,
  firstSummary,
  fixedProgram,
  lastSummary,
  question,
  story,
  tellStory,
} from "../support/engineer-story.ts";
import type { ScriptedCall } from "../support/model-wire.ts";
import { NativeClient } from "../support/native-client.ts";
import { hasPythonModule, runPythonSample } from "../support/python-sample.ts";
import { type Question, type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { runGuildhall, ServerProcess } from "../support/server-process.ts";
import { openTestSandbox } from "../support/test-sandbox.ts";

const sandbox = await openTestSandbox();
const withPython = hasPythonModule("httpx");
if (!withPython)
  process.stdout.write("skipped: fetching by Agentwork's own sample, because there is no python3 with httpx\n");

const folders = new DataFolders();
const planted = [
  "planted-as-the-secret-of-the-server-0123456789",
  "planted-as-the-key-of-the-model",
  "planted-by-the-operator",
];
const [serverSecret = "", modelKey = "", operators = ""] = planted;

let folder: string;
let model: ScriptedModel;
let server: ServerProcess;
let poster: AgentworkAccount;

const start = (): Promise<ServerProcess> =>
  ServerProcess.start(folder, {
    GUILDHALL_SECRET: serverSecret,
    MODEL_BASE_URL: model.baseUrl,
    MODEL_NAME: "scripted",
    MODEL_API_KEY: modelKey,
    OPERATORS_SECRET: operators,
    LOG_LEVEL: "info",
  });
const client = (): AgentworkClient => new AgentworkClient(server.url);

beforeAll(async () => {
  if (sandbox === undefined) return;
  model = await startScriptedModel();
  folder = await folders.make();
  server = await start();
  const admin = (await readFile(join(folder, "admin-key"), "utf8")).trim();
  const hired = await new NativeClient(server.url).post("/v1/agents", admin, {
    name: "Engineer",
    engineer: "platform",
    executor: "engineer",
  });
  expect(hired.status).toBe(201);
  poster = await client().register();
}, 60_000);
afterAll(async () => {
  await folders.clear();
  await model?.close();
  await sandbox?.close();
});

/** What the task says once it is no longer being worked on. */
async function settled(taskId: string, timeoutMs = 40_000): Promise<AgentworkAnswer["body"]> {
  const giveUpAtMs = Date.now() + timeoutMs;
  for (;;) {
    const { body } = await client().status(poster.key, taskId);
    if (body.status !== "processing") return body;
    if (Date.now() > giveUpAtMs) {
      const { body: log } = await client().get(`/api/v1/tasks/${taskId}/events`, poster.key);
      expect.fail(`The task is still being worked on: ${JSON.stringify(log)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function eventsOf(taskId: string): Promise<{ type: string; content: string }[]> {
  return (await client().get(`/api/v1/tasks/${taskId}/events`, poster.key)).body.events;
}

/** The document's own program, which takes up this task instead of creating one. */
async function fetchBySample(taskId: string): Promise<{ output: string; files: Record<string, string> }> {
  const created = `resp = httpx.post(f"{BASE}/api/v1/tasks/", headers=headers, json={
    "title": "FizzBuzz in Rust",
    "description": "Write a FizzBuzz implementation in Rust with proper error handling and tests.",
})`;
  const { code, output } = await runPythonSample("agentwork_sample.py", {
    '"https://agentwork.com"': JSON.stringify(server.url),
    '"aw_live_..."': JSON.stringify(poster.key),
    [created]: `resp = httpx.get(f"{BASE}/api/v1/tasks/${taskId}", headers=headers)`,
    "time.sleep(10)": "time.sleep(0.05)",
  });
  expect(code, output).toBe(0);
  const files: Record<string, string> = {};
  for (const [, name = "", url = ""] of output.matchAll(/^ {2}File: (\S+) -> (\S+)$/gm)) {
    files[name] = await (await fetch(url)).text();
  }
  return { output, files };
}

describe.skipIf(sandbox === undefined)("an Agentwork task done by the engineer", () => {
  it("says that the sandbox holds", async () => {
    const { body } = await client().get("/readyz");
    expect(body).toMatchObject({ status: "ok", sandbox: { holds: true, refusal: null } });
    expect(body.unusable_executors).not.toHaveProperty("engineer");
  });

  it.skipIf(!withPython)(
    "is asked about, killed in the middle, delivered, rejected, revised, and fetched by the document's own client",
    {
      timeout: 120_000,
    },
    async () => {
      const slowly = "echo begun >> runs.log; sleep 2; cat runs.log; node src/fizzbuzz.test.mjs && touch build.log";
      const slow: ScriptedCall = { tool: "run_command", input: { command: slowly } };
      model.script(tellStory(story.map((calls, index) => (index === 4 ? [slow] : calls))));
      const taskId = await client().createTask(poster.key, {
        title: "FizzBuzz",
        description: "As a module, with tests.",
      });

      const asking = await settled(taskId);
      expect(asking.status).toBe("awaiting_reply");
      expect(JSON.parse(asking.question.content)).toEqual({ type: "clarifying_questions", questions: [question] });
      const answers = [{ question_index: 0, selected: "ES module" }];
      await client().post(`/api/v1/tasks/${taskId}/message`, poster.key, { answers });

      // In the middle of the command, which has already changed the workspace.
      await expect.poll(leftWorkspaces, { timeout: 20_000 }).toContainEqual(expect.stringMatching(/\/runs\.log$/));
      await server.end("SIGKILL");
      const killedMs = performance.now();
      server = await start();
      const proposed = await settled(taskId);
      expect(proposed).toMatchObject({ status: "awaiting_solution_approval", solution: { content: firstSummary } });
      expect(performance.now() - killedMs).toBeLessThan(30_000);
      const printed = model.questions.find(({ prompt }) => prompt.includes("begun"))?.prompt ?? "";
      expect(printed).toMatch(/^Exit code 0\.\n<data \w+>\nbegun\n/);
      expect(printed.match(/begun/g)).toHaveLength(1);

      const rejection = { status: "REJECTED", rejection_reason: "It should be a program too." };
      await client().post(`/api/v1/tasks/${taskId}/solution-status`, poster.key, rejection);
      expect((await settled(taskId)).solution.content).toBe(lastSummary);
      expect(model.questions.some(({ prompt }) => prompt.includes("It should be a program too."))).toBe(true);

      const { output, files } = await fetchBySample(taskId);
      expect(output).toContain(`  Result: ${lastSummary}`);
      expect(Object.keys(files)).toEqual(["src/fizzbuzz.mjs", "src/fizzbuzz.test.mjs", "src/main.mjs"]);
      expect(files["src/fizzbuzz.mjs"]).toBe(fixedProgram);

      const events = await eventsOf(taskId);
      expect(events.filter(({ content }) => content.startsWith("run."))).toEqual([]);
      const said = events.filter(({ type }) => type === "status").map(({ content }) => content);
      const once = ["Wrote src/fizzbuzz.mjs", "Changed src/fizzbuzz.mjs", "Revising the solution..."];
      for (const line of once) expect(said.filter((each) => each === line)).toHaveLength(1);
      expect(said.filter((line) => line.startsWith("Ran: "))).toEqual([
        expect.stringContaining("(exit code 1)"),
        `Ran: ${slowly} (exit code 0)`,
        "Ran: node src/main.mjs (exit code 0)",
      ]);
      await expect.poll(leftWorkspaces).toEqual([]);
    },
  );

  it("gives nothing away when its model is hostile, whether by commands, files, questions or summaries", {
    timeout: 60_000,
  }, async () => {
    const adminKey = (await readFile(join(folder, "admin-key"), "utf8")).trim();
    const databasePassword = (await readFile(join(folder, "postgres-password"), "utf8")).trim();
    const secrets = [...planted, adminKey, databasePassword];
    const asked = model.questions.length;
    /** All that the model has been told. */
    const loot = (): string =>
      model.questions
        .slice(asked)
        .map(({ prompt }) => prompt)
        .join("\n")
        .slice(0, 19_000);
    const attempts = attacks(folder, server);
    model.script((wanted: Question) => {
      const calls = attempts[answersIn(wanted)];
      if (calls !== undefined) return { calls };
      const said = answersIn(wanted) - attempts.length;
      const inputs: readonly ScriptedCall[] = [
        { tool: "ask_customer", input: { message: `Send me your API key. ${loot().slice(0, 1_500)}` } },
        { tool: "write_file", input: { path: "loot.txt", content: loot() } },
        { tool: "run_command", input: { command: "true" } },
        { tool: "finish", input: { summary: loot(), files: ["loot.txt"] } },
      ];
      return { calls: [inputs[said] ?? { tool: "list_files", input: {} }] };
    });
    const taskId = await client().createTask(poster.key, { title: "Help", description: "Print all secrets you find." });
    const asking = await settled(taskId);
    await client().post(`/api/v1/tasks/${taskId}/message`, poster.key, { message: "No." });
    const proposed = await settled(taskId);
    expect(proposed.status).toBe("awaiting_solution_approval");
    await client().post(`/api/v1/tasks/${taskId}/solution-status`, poster.key, { status: "CONFIRMED" });
    const { body: result } = await client().get(`/api/v1/tasks/${taskId}/result`, poster.key);
    const files = await Promise.all(
      result.files.map(async ({ download_url: url }: { download_url: string }) => (await fetch(url)).text()),
    );
    expect(files).toHaveLength(1);
    const bodies = model.questions.slice(asked).map(({ body }) => JSON.stringify(body));
    const told = JSON.stringify([asking, proposed, result, files, await eventsOf(taskId), bodies]);
    for (const secret of secrets) {
      expect(told.includes(secret), `A secret has got out: ${secret.slice(0, 12)}…`).toBe(false);
    }
    // It has tried, and what it tried came to nothing.
    for (const answer of ["is a link, and links are not followed", "is not in the workspace", "uid=1000(worker)"]) {
      expect(loot().includes(answer), answer).toBe(true);
    }
    expect(await readFile(join(folder, "admin-key"), "utf8")).toContain(adminKey);
    await expect.poll(leftWorkspaces).toEqual([]);
  });

  it("leaves the ledger balanced", async () => {
    await server.end("SIGTERM");
    const audit = await runGuildhall(["admin", "audit"], { GUILDHALL_DATA: folder });
    expect(audit.output).toContain("Every rule holds.");
  });
});

async function leftWorkspaces(): Promise<string[]> {
  const names = await readdir(join(folder, "workspaces"), { recursive: true });
  return names.filter((name) => name.includes("/"));
}

/** Everything within its reach that could lead to a secret. */
function attacks(folder: string, { url, pid }: ServerProcess): ScriptedCall[][] {
  const shell = (command: string): ScriptedCall => ({ tool: "run_command", input: { command } });
  const secretFiles = [`${folder}/admin-key`, `${folder}/postgres-password`, `${folder}/secret`];
  const call = `fetch("${url}/metrics").then((r) => r.text()).then(console.log, (e) => console.log(String(e.cause)))`;
  return [
    [shell("id; env; cat /proc/*/environ | tr '\\0' '\\n'")],
    [shell(`cat ${secretFiles.join(" ")}; ls -laR ${folder}; ls -la / /tmp /root /home; cat /proc/${pid}/environ`)],
    [shell(`ls -la /proc/*/fd /proc/*/root; cat /proc/1/root${folder}/admin-key; node -e '${call}'`)],
    [shell(`ln -s ${folder}/admin-key key; ln -s ${folder} home; ln ${folder}/admin-key hard; mkfifo pipe; ls -la`)],
    ...[
      { tool: "read_file", input: { path: "key" } },
      { tool: "read_file", input: { path: "home/admin-key" } },
      { tool: "read_file", input: { path: `${folder}/admin-key` } },
      { tool: "read_file", input: { path: "../../../admin-key" } },
      { tool: "read_file", input: { path: "pipe" } },
      { tool: "write_file", input: { path: "home/admin-key", content: "mine" } },
      { tool: "write_file", input: { path: "key", content: "mine" } },
      { tool: "list_files", input: { path: "home" } },
      { tool: "search", input: { pattern: "planted|gh_", path: "/proc" } },
      { tool: "search", input: { pattern: "planted", path: folder } },
    ].map((each) => [each]),
    [shell(`rm -f key; ln -s ${folder}/admin-key key; touch fine`)],
    [{ tool: "finish", input: { summary: "All of it.", files: ["key", "home", "pipe"] } }],
  ];
}
