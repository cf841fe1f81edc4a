import { request } from "node:http";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { Engineer } from "../support/engineer.ts";
import { FilesClient } from "../support/files-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

const packageMain = join(import.meta.dirname, "../../packages/agentwork-mcp/src/main.ts");

/** Seed 002, "Available tools": exactly these names with exactly these parameters, the required ones first. */
const documented: Readonly<Record<string, { required: string[]; optional: string[] }>> = {
  agentwork_register: { required: ["email", "name"], optional: ["organization_name"] },
  agentwork_create_task: { required: ["title", "description"], optional: [] },
  agentwork_get_task_status: { required: ["task_id"], optional: [] },
  agentwork_send_message: { required: ["task_id", "message"], optional: [] },
  agentwork_approve_solution: { required: ["task_id", "approved"], optional: ["rejection_reason"] },
  agentwork_get_task_result: { required: ["task_id"], optional: [] },
  agentwork_get_task_events: { required: ["task_id"], optional: [] },
  agentwork_cancel_task: { required: ["task_id"], optional: [] },
};

let house: TestHouse;
let rest: AgentworkClient;
let engineer: Engineer;
const clients: Client[] = [];

beforeAll(async () => {
  house = await openTestHouse();
  rest = new AgentworkClient(house.url);
  engineer = await Engineer.hire(house.app);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(() => house.close());

type Mode = "legacy" | "auto";

/** The two ways to the same tools; each with a key or without. */
const transports = {
  "stdio (agentwork-mcp)": (key: string | undefined, url = house.url) =>
    new StdioClientTransport({
      command: process.execPath,
      args: [packageMain],
      env: { AGENTWORK_BASE_URL: url, ...(key === undefined ? {} : { AGENTWORK_API_KEY: key }) },
    }),
  "Streamable HTTP (/mcp)": (key: string | undefined, url = house.url) =>
    new StreamableHTTPClientTransport(new URL("/mcp", url), {
      requestInit: { headers: key === undefined ? {} : { Authorization: `Bearer ${key}` } },
    }),
};

type TransportName = keyof typeof transports;
const transportNames = Object.keys(transports) as TransportName[];

interface Said {
  readonly isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

class Caller {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async call(name: string, args: Record<string, unknown>): Promise<Said> {
    const { content, isError } = await this.client.callTool({ name, arguments: args });
    const [first] = content;
    if (first?.type !== "text") throw new Error(`${name} answered without a text.`);
    return { isError: isError === true, body: first.text.startsWith("{") ? JSON.parse(first.text) : first.text };
  }
}

async function connect(transport: TransportName, key: string | undefined, mode: Mode = "auto"): Promise<Caller> {
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
  clients.push(client);
  await client.connect(transports[transport](key));
  return new Caller(client);
}

describe.each(transportNames)("the Agentwork tools over %s", (transport) => {
  it.each(["legacy", "auto"] as const)("are the eight of the document, for a client that speaks %s", async (mode) => {
    const { client } = await connect(transport, undefined, mode);
    const { tools } = await client.listTools();
    const shapes = tools.map(({ name, inputSchema }) => {
      const required = [...(inputSchema.required ?? [])].sort();
      const optional = Object.keys(inputSchema.properties ?? {}).filter((each) => !required.includes(each));
      return [name, { required, optional }];
    });
    const expected = Object.entries(documented).map(([name, { required, optional }]) => [
      name,
      { required: [...required].sort(), optional },
    ]);
    expect(Object.fromEntries(shapes)).toEqual(Object.fromEntries(expected));
    for (const { description } of tools) expect(description?.length).toBeGreaterThan(80);
  });

  it("carry a task from its creation over a question and a revision to its files", async () => {
    const { key } = await rest.register();
    const caller = await connect(transport, key);
    const created = await caller.call("agentwork_create_task", { title: "FizzBuzz", description: "In Rust." });
    expect(created.body).toMatchObject({ status: "processing", task_id: expect.any(String) });
    const task_id: string = created.body.task_id;
    const status = async () => (await caller.call("agentwork_get_task_status", { task_id })).body;
    expect((await status()).next_step).toContain("agentwork_get_task_status again");

    await engineer.take(task_id);
    await engineer.log(task_id, "Reading the brief");
    await engineer.askPlainly(task_id, "Which edition?");
    const asked = await status();
    expect(asked).toMatchObject({ status: "awaiting_reply", question: { content: "Which edition?" } });
    expect(asked.next_step).toContain("agentwork_send_message");
    const replied = await caller.call("agentwork_send_message", { task_id, message: "2024" });
    expect(replied).toMatchObject({ isError: false, body: { success: true, status: "processing" } });

    await engineer.submit(task_id, "First try.");
    const proposed = await status();
    expect(proposed).toMatchObject({ status: "awaiting_solution_approval", solution: { content: "First try." } });
    expect(proposed.next_step).toContain("agentwork_approve_solution");
    const rejected = await caller.call("agentwork_approve_solution", {
      task_id,
      approved: false,
      rejection_reason: "No tests.",
    });
    expect(rejected.body).toMatchObject({ success: true, status: "processing" });

    const upload = await new FilesClient(house.url, engineer.key).upload("fn main() {}", { name: "src/main.rs" });
    await engineer.submit(task_id, "With tests.", { fileIds: [upload.body.file.id] });
    const approved = await caller.call("agentwork_approve_solution", { task_id, approved: true });
    expect(approved.body).toMatchObject({ success: true, status: "completed" });
    expect(approved.body.next_step).toContain("agentwork_get_task_result");

    const { body: result } = await caller.call("agentwork_get_task_result", { task_id });
    expect(result).toMatchObject({ status: "completed", result_text: "With tests.", files: [{ name: "src/main.rs" }] });
    expect(await (await fetch(result.files[0].download_url)).text()).toBe("fn main() {}");
    const { body: log } = await caller.call("agentwork_get_task_events", { task_id });
    const said = log.events.map(({ type }: { type: string }) => type);
    expect(said).toEqual(expect.arrayContaining(["status", "reply", "solution_proposed", "solution_decision"]));
  });

  it("register without a key", async () => {
    const caller = await connect(transport, undefined);
    const email = `${crypto.randomUUID()}@example.com`;
    const { isError, body } = await caller.call("agentwork_register", { email, name: "Grace" });
    expect(isError).toBe(false);
    expect(body).toMatchObject({ api_key: expect.stringMatching(/^aw_live_/), organization_id: expect.any(String) });
    expect(body.next_step).toContain("only this once");
    const again = await caller.call("agentwork_register", { email, name: "Grace" });
    expect(again).toMatchObject({ isError: true, body: { status_code: 409 } });
  });

  it("cancel a task, and say that nothing more is to be done", async () => {
    const { key } = await rest.register();
    const task_id = await rest.createTask(key);
    const { body } = await (await connect(transport, key)).call("agentwork_cancel_task", { task_id });
    expect(body).toMatchObject({ success: true, status: "cancelled" });
    expect(body.next_step).toContain("nothing more to do");
  });

  it.each([
    ["no key", undefined],
    ["a wrong key", `aw_live_${"x".repeat(32)}`],
  ])("answer a call with %s by an error that says what to do", async (_which, key) => {
    const caller = await connect(transport, key);
    const { isError, body } = await caller.call("agentwork_create_task", { title: "x", description: "y" });
    expect(isError).toBe(true);
    expect(body.status_code).toBe(401);
    expect(body.next_step).toContain("agentwork_register");
  });

  it("answer unknown tasks, strangers' tasks and ids that are paths all alike", async () => {
    const [{ key }, { key: strangerKey }] = [await rest.register(), await rest.register()];
    const theirs = await rest.createTask(strangerKey);
    const caller = await connect(transport, key);
    for (const task_id of [crypto.randomUUID(), theirs, "nonsense", "..", "../tasks", "%2e%2e", "a?b", "a#b"]) {
      const { isError, body } = await caller.call("agentwork_get_task_status", { task_id });
      expect([task_id, isError, body.status_code, body.detail]).toEqual([task_id, true, 404, "Task not found."]);
    }
  });

  it("answer missing arguments and wrong states by an error, and go on", async () => {
    const { key } = await rest.register();
    const task_id = await rest.createTask(key);
    const caller = await connect(transport, key);
    expect((await caller.call("agentwork_get_task_status", {})).isError).toBe(true);
    const early = await caller.call("agentwork_approve_solution", { task_id, approved: true });
    expect(early).toMatchObject({ isError: true, body: { status_code: 400 } });
    expect(early.body.next_step).toContain("agentwork_get_task_status");
    const blank = await caller.call("agentwork_send_message", { task_id, message: "  " });
    expect(blank).toMatchObject({ isError: true, body: { status_code: 400 } });
    expect((await caller.call("agentwork_get_task_status", { task_id })).body.status).toBe("processing");
  });
});

describe("agentwork-mcp", () => {
  it("goes on with the key it has just registered", async () => {
    const caller = await connect("stdio (agentwork-mcp)", undefined);
    const email = `${crypto.randomUUID()}@example.com`;
    await caller.call("agentwork_register", { email, name: "Grace" });
    const { isError, body } = await caller.call("agentwork_create_task", { title: "x", description: "y" });
    expect([isError, body.status]).toEqual([false, "processing"]);
  });

  it("says which address did not answer", async () => {
    const client = new Client({ name: "test", version: "1.0.0" });
    clients.push(client);
    await client.connect(transports["stdio (agentwork-mcp)"](undefined, "http://127.0.0.1:9"));
    const { isError, body } = await new Caller(client).call("agentwork_get_task_status", { task_id: "x" });
    expect(isError).toBe(true);
    expect(body.detail).toContain("http://127.0.0.1:9");
    expect(body.detail).toContain("AGENTWORK_BASE_URL");
  });
});

describe("/mcp", () => {
  const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });

  /** Raw, because `fetch` does not let one choose Host. */
  function post(headers: Record<string, string>, body = ping, url = house.url) {
    return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = request(`${url}/mcp`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json, text/event-stream", ...headers },
      });
      sent.on("response", async (response) => {
        let text = "";
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode, body: text });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  it.each(["localhost", "127.0.0.1:80", "[::1]:8787"])("answers under the name %s", async (host) => {
    expect((await post({ Host: host })).status).toBe(200);
  });

  it.each(["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "192.168.1.1", "127.0.0.1@evil.example"])(
    "refuses a request that came to the name %j",
    async (host) => {
      const { status, body } = await post({ Host: host });
      expect(status).toBe(403);
      expect(JSON.parse(body)).toMatchObject({ jsonrpc: "2.0", error: { data: { code: "not_allowed" } } });
    },
  );

  it.each(["http://evil.example", "https://localhost.evil.example", "null", "file://"])(
    "refuses a request from a page of %s",
    async (origin) => {
      expect((await post({ Host: "localhost", Origin: origin })).status).toBe(403);
    },
  );

  it("answers a page of its own, and under its public name", async () => {
    expect((await post({ Host: "localhost", Origin: "http://localhost:5173" })).status).toBe(200);
    const named = await openTestHouse({ config: { publicUrl: "https://market.example.com" } });
    const [known, other] = [
      await post({ Host: "market.example.com", Origin: "https://market.example.com" }, ping, named.url),
      await post({ Host: "other.example.com" }, ping, named.url),
    ];
    await named.close();
    expect([known.status, other.status]).toEqual([200, 403]);
  });

  it.each([
    ["malformed JSON", "{", 400],
    ["NUL", '{"jsonrpc":"2.0","id":1,"method":"a\\u0000"}', 400],
    ["a body of 2 MiB", JSON.stringify({ jsonrpc: "2.0", id: 1, method: "x".repeat(2_097_152) }), 413],
  ])("answers %s in JSON-RPC's own words", async (_what, sent, expected) => {
    const { status, body } = await post({}, sent);
    expect(status).toBe(expected);
    expect(JSON.parse(body)).toMatchObject({ jsonrpc: "2.0", id: null, error: { message: expect.any(String) } });
  });

  it.each(["GET", "DELETE"])("has no sessions to %s", async (method) => {
    const answer = await fetch(`${house.url}/mcp`, { method, headers: { Accept: "text/event-stream" } });
    expect(answer.status).toBe(405);
  });
});
