import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
/** Nobody: packages must work for whoever did not install them, too. */
const ordinaryId = 65_534;
const packMs = 120_000;
const installMs = 240_000;

let folder: string;
let home: string;
let binaries: string;

/** The Node that runs this test, whatever else the machine has. */
const env = (): Record<string, string> => ({
  PATH: [dirname(process.execPath), binaries, process.env.PATH ?? ""].join(delimiter),
  HOME: home,
});

/** As root, programs run as an ordinary user. */
const asOrdinary = (): { uid: number; gid: number } | Record<string, never> =>
  process.getuid?.() === 0 ? { uid: ordinaryId, gid: ordinaryId } : {};

beforeAll(
  async () => {
    folder = await mkdtemp(join(tmpdir(), "guildhall-packages-"));
    await chmod(folder, 0o755);
    home = join(folder, "home");
    binaries = join(folder, "node_modules/.bin");
    await mkdir(home);
    if (process.getuid?.() === 0) await chown(home, ordinaryId, ordinaryId);
    const tarballs = await mkdtemp(join(folder, "tarballs-"));
    for (const workspace of [[], ["-w", "sdk"], ["-w", "packages/agentwork-mcp"]]) {
      await run("npm", ["pack", ...workspace, "--pack-destination", tarballs], { cwd: root, timeout: packMs });
    }
    const names = await readdir(tarballs);
    expect(names.map((name) => name.replace(/-\d.*$/, "")).sort()).toEqual([
      "agentwork-mcp",
      "guildhall",
      "guildhall-client",
    ]);
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const paths = names.map((name) => join(tarballs, name));
    const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", ...paths];
    await run("npm", args, { cwd: folder, timeout: installMs });
  },
  3 * packMs + installMs,
);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the packages, installed into an empty folder", () => {
  it("run the demo for an ordinary user", async () => {
    const options = { cwd: home, env: env(), ...asOrdinary(), timeout: 120_000 };
    const { stdout } = await run(join(binaries, "guildhall"), ["demo"], options);
    expect(stdout).toContain("| Derivative Works |");
    expect(stdout).toContain("Every rule holds.");
    expect(stdout).toContain("It is gone now; npm run demo -- --keep leaves it open");
  }, 120_000);

  it("answer as an MCP server over stdio", async () => {
    const server = spawn(join(binaries, "agentwork-mcp"), { env: env(), stdio: ["pipe", "pipe", "inherit"] });
    try {
      const request = {
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: {
          protocolVersion: "2025-06-18",
          capabilities: {},
          clientInfo: { name: "test", version: "1.0.0" },
        },
      };
      server.stdin.write(`${JSON.stringify(request)}\n`);
      const [line] = await once(createInterface(server.stdout), "line");
      expect(JSON.parse(line)).toMatchObject({ id: 1, result: { serverInfo: { name: expect.any(String) } } });
    } finally {
      server.kill();
      await once(server, "exit");
    }
  });

  it("let a client post work to a server that a worker does", async () => {
    const server = await startServer();
    try {
      const startedMs = performance.now();
      await writeFile(join(folder, "client.js"), clientScript);
      const options = { cwd: folder, env: { ...env(), BASE_URL: server.url }, timeout: 60_000 };
      const { stdout } = await run(process.execPath, ["client.js"], options);
      expect(stdout).toBe("completed: Hello from a program\n");
      // Nothing that was waited for keeps the program from ending.
      expect(performance.now() - startedMs).toBeLessThan(20_000);
    } finally {
      server.process.kill("SIGTERM");
      await once(server.process, "exit");
    }
  }, 120_000);

  it("have types that a strict compiler accepts", async () => {
    await writeFile(
      join(folder, "typed.ts"),
      `import { createApp } from "guildhall";
import { createClient, dataOf, type Task } from "@guildhall/client";
export const client = createClient({ baseUrl: "http://127.0.0.1:8787" });
export async function title(id: string): Promise<string> {
  const { task } = await dataOf(client.GET("/v1/tasks/{id}", { params: { path: { id } } }));
  const same: Task = task;
  return same.title;
}
export const start: typeof createApp = createApp;
// @ts-expect-error there is no such operation
export const wrong = client.GET("/v1/nothing");
`,
    );
    const tsc = join(root, "node_modules/.bin/tsc");
    const options = "--noEmit --strict --module nodenext --target es2024 --skipLibCheck typed.ts".split(" ");
    const types = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"];
    const result = await run(tsc, [...options, ...types], { cwd: folder, timeout: 60_000 }).catch((error) => error);
    expect(result.stdout).toBe("");
  }, 60_000);
});

/** Registers, posts, has a program do the work through `guildhall work`, and waits for the end. */
const clientScript = `
import { spawn } from "node:child_process";
import { createClient, dataOf } from "@guildhall/client";

const baseUrl = process.env.BASE_URL;
const register = async (path, body) => {
  const response = await fetch(baseUrl + path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return response.json();
};
const { api_key: posterKey } = await register("/api/v1/auth/register", { email: "p@example.com", name: "P" });
const { data: agent } = await register("/api/agents/register", {
  name: "Worker", capabilities: ["greeting"], owner_email: "w@example.com",
});
const client = createClient({ baseUrl, apiKey: posterKey });
const { task } = await dataOf(client.POST("/v1/tasks", {
  body: {
    title: "Greet", description: "Say hello.", budget: 100, currency: "usd", review: "auto",
    required_capabilities: ["greeting"],
  },
}));
const worker = spawn("guildhall", ["work", "--once", "--exec", "echo Hello from a program"], {
  env: { ...process.env, GUILDHALL_URL: baseUrl, GUILDHALL_API_KEY: agent.api_key }, stdio: ["ignore", "ignore", "inherit"],
});
const workerEnds = new Promise((resolve) => worker.once("exit", resolve));
const { state } = await client.waitFor(task.id, "completed", { timeoutMs: 30_000 });
const details = await dataOf(client.GET("/v1/tasks/{id}", { params: { path: { id: task.id } } }));
console.log(state + ": " + details.submission.text);
if ((await workerEnds) !== 0) throw new Error("The worker failed.");
`;

async function startServer(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const server = spawn(join(binaries, "guildhall"), ["serve"], {
    cwd: home,
    env: { ...env(), PORT: "0", GUILDHALL_DATA: join(home, "data") },
    ...asOrdinary(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(server.stdout)) {
    const url = /Guildhall is open at (http:[^"\s]+)/.exec(line)?.[1];
    if (url === undefined) continue;
    server.stdout.resume();
    return { url, process: server };
  }
  throw new Error("The server ended before it was open.");
}
