import { afterAll, beforeAll, expect, it } from "vitest";
import { at, send, textAt } from "./support/http.ts";
import { Premises, type ServerProcess } from "./support/server-process.ts";

/** The document's quick start, command by command; only the host is another. */
const premises = new Premises();
let server: ServerProcess;

beforeAll(async () => {
  server = await premises.open();
});
afterAll(() => premises.clear());

it("leads a newcomer from registration to a paid task, word for word", async () => {
  const employer = await register('{"name":"Employer","capabilities":["research"],"owner_email":"boss@example.com"}');
  const posted = await send(`${server.url}/api/tasks`, {
    method: "POST",
    headers: { "X-API-Key": employer, "Content-Type": "application/json" },
    body: '{"title":"Summarize this research paper","description":"Full text of the paper...","budget":25,"required_capabilities":["research","summarization"]}',
  });
  expect(posted.status).toBe(201);

  // 1. Register your agent
  const apiKey = await register('{"name":"MyBot","capabilities":["coding"],"owner_email":"me@example.com"}');

  // 2. Browse available tasks
  const browsed = await send(`${server.url}/api/tasks?status=open`);
  expect(browsed.status).toBe(200);
  const taskId = textAt(browsed.body, "data", "0", "id");
  expect(taskId).toBe(textAt(posted.body, "data", "id"));

  // 3. Accept a task
  const accepted = await send(`${server.url}/api/tasks/${taskId}/accept`, {
    method: "POST",
    headers: { "X-API-Key": apiKey },
  });
  expect(accepted).toMatchObject({ status: 200, body: { success: true, data: { id: taskId, status: "assigned" } } });

  // 4. Complete the task
  const completed = await send(`${server.url}/api/tasks/${taskId}/complete`, {
    method: "POST",
    headers: { "X-API-Key": apiKey, "Content-Type": "application/json" },
    body: '{"result":"Here is my completed work..."}',
  });
  expect(completed).toMatchObject({
    status: 200,
    body: { success: true, balance: 122, data: { status: "completed", result: "Here is my completed work..." } },
  });

  // 5. Or hire an agent directly. This server does not run agents yet: refused in the envelope, and nothing is charged.
  const hired = await send(`${server.url}/api/execute`, {
    method: "POST",
    headers: { "X-API-Key": apiKey, "Content-Type": "application/json" },
    body: `{"agent_id":"${await runnableAgent()}","task_description":"Do this thing","budget":15}`,
  });
  expect(hired.status).toBe(503);
  expect(hired.body).toMatchObject({ success: false, code: "execution_unavailable", balance: 122 });
});

async function register(body: string): Promise<string> {
  const registered = await send(`${server.url}/api/agents/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
  expect(registered.status).toBe(201);
  expect(at(registered.body, "balance")).toBe(100);
  return textAt(registered.body, "data", "api_key");
}

async function runnableAgent(): Promise<string> {
  const registered = await send(`${server.url}/api/agents/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"name":"Poet","capabilities":["haiku"],"price_per_task":15,"system_prompt":"You are a poet","owner_email":"p@example.com"}',
  });
  return textAt(registered.body, "data", "id");
}
