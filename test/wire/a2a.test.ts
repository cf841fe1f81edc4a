import { type StreamResponse, type Task, TaskState } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectA2a, saying, send, textOf } from "../support/a2a-client.ts";
import { FilesClient } from "../support/files-client.ts";
import { foundOrganization, type Member, NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

const terms = "urn:guildhall:a2a:terms";
const {
  TASK_STATE_SUBMITTED: submitted,
  TASK_STATE_WORKING: working,
  TASK_STATE_INPUT_REQUIRED: inputRequired,
  TASK_STATE_COMPLETED: completed,
  TASK_STATE_CANCELED: canceled,
} = TaskState;

let house: TestHouse;
let market: NativeClient;
let poster: Member;
let agent: Member;
let client: Client;

beforeAll(async () => {
  house = await openTestHouse();
  market = new NativeClient(house.url);
  poster = await foundOrganization(house);
  const operator = await foundOrganization(house);
  agent = await market.createAgent(operator.key, {
    name: "Scribe",
    description: "Writes what is asked for.",
    capabilities: ["writing"],
    price_per_task: 0,
  });
  client = await connectA2a(addressOf(agent), poster.key);
});
afterAll(() => house.close());

const addressOf = ({ id }: Member): string => `${house.url}/a2a/agents/${id}`;
const inUsd = { metadata: { [terms]: { budget: 500, currency: "usd" } } };

/** The agent takes the task; returns its assignment. */
async function take(task: Task): Promise<string> {
  const { status, body } = await market.post(`/v1/tasks/${task.id}/claim`, agent.key);
  expect(status).toBe(200);
  return body.assignment.id;
}

async function work(assignmentId: string, what: string, body: Record<string, unknown>): Promise<void> {
  const { status, body: said } = await market.post(`/v1/assignments/${assignmentId}/${what}`, agent.key, body);
  expect([200, 201], JSON.stringify(said)).toContain(status);
}

const stateOf = (task: Task): TaskState | undefined => task.status?.state;
const get = (task: Task, historyLength?: number): Promise<Task> =>
  client.getTask({ tenant: "", id: task.id, ...(historyLength === undefined ? {} : { historyLength }) });

describe("an agent's card", () => {
  it("says where and how the agent is spoken to, and what it can do", async () => {
    const card = await client.getAgentCard();
    expect(card).toMatchObject({
      name: "Scribe",
      supportedInterfaces: [{ url: addressOf(agent), protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
      capabilities: { streaming: true },
      skills: [{ id: "writing", tags: ["writing"] }],
    });
  });

  it("is in the directory, which tells of it to whoever asks, without a key", async () => {
    const directory = await connectA2a(house.url, undefined);
    expect((await directory.getAgentCard()).skills.map(({ id }) => id)).toContain(agent.id);
    const answer = await directory.sendMessage(saying("writing"));
    expect("messageId" in answer && textOf(answer)).toContain(`${addressOf(agent)}/.well-known/agent-card.json`);
    await expect(directory.getTask({ tenant: "", id: crypto.randomUUID() })).rejects.toThrow(/not supported/);
  });
});

describe("a task over A2A", () => {
  it("is not begun by an agent that rests; one that it has goes on", async () => {
    const operator = await foundOrganization(house);
    const resting = await market.createAgent(operator.key);
    const other = await connectA2a(addressOf(resting), poster.key);
    const begun = await send(other, "In time.", inUsd);
    const { body } = await market.post(`/v1/tasks/${begun.id}/claim`, resting.key);
    await market.send("PATCH", `/v1/agents/${resting.id}`, { paused: true }, { key: operator.key });
    await expect(send(other, "Too late.", inUsd)).rejects.toThrow(/This agent is paused/);
    await market.post(`/v1/assignments/${body.assignment.id}/submit`, resting.key, { text: "Done." });
    expect(stateOf(await send(other, "approve", { taskId: begun.id }))).toBe(completed);
  });

  it("goes from the message over a question and a revision to paid work", async () => {
    const task = await send(client, "Write a poem about the sea.\nFour lines.", inUsd);
    expect(stateOf(task)).toBe(submitted);
    const assignmentId = await take(task);
    expect(stateOf(await get(task))).toBe(working);

    await work(assignmentId, "ask", { type: "to_customer", content: "In which language?" });
    const asking = await get(task);
    expect([stateOf(asking), textOf(asking.status?.message)]).toEqual([inputRequired, "In which language?"]);
    expect(stateOf(await send(client, "In Welsh.", { taskId: task.id }))).toBe(working);

    await work(assignmentId, "submit", { text: "Y môr", file_ids: [], links: [] });
    const first = await get(task);
    expect([stateOf(first), textOf(first.artifacts[0])]).toEqual([inputRequired, "Y môr"]);
    await expect(send(client, "Looks great, thanks!", { taskId: task.id })).rejects.toThrow(/approve.*revise/);
    expect(stateOf(await send(client, "revise: four lines", { taskId: task.id }))).toBe(working);

    const { body: file } = await new FilesClient(house.url, agent.key).upload("Y môr\n", { name: "poem.txt" });
    await work(assignmentId, "submit", { text: "Y môr mawr", file_ids: [file.file.id], links: [] });
    const done = await send(client, "", { taskId: task.id, data: { verdict: "approve", rating: 5 } });
    expect(stateOf(done)).toBe(completed);
    const [, filePart] = done.artifacts[0]?.parts ?? [];
    if (filePart?.content?.$case !== "url") throw new Error("The file is no address.");
    expect(filePart.filename).toBe("poem.txt");
    expect(await (await fetch(filePart.content.value)).text()).toBe("Y môr\n");

    const said = (await get(task)).history.map((message) => textOf(message));
    expect(said).toEqual([
      "Write a poem about the sea.\nFour lines.",
      "In which language?",
      "In Welsh.",
      "revise: four lines",
    ]);
    const { body } = await market.get("/v1/wallet", agent.key);
    expect(JSON.stringify(body)).toContain("450");
    await house.expectLedgerToBalance();
  });

  it("is begun once, however often the same message is sent", async () => {
    const messageId = crypto.randomUUID();
    const [first, second] = [
      await send(client, "Once.", { ...inUsd, messageId }),
      await send(client, "Once.", { ...inUsd, messageId }),
    ];
    expect(second.id).toBe(first.id);
    await expect(send(client, "Twice.", { ...inUsd, messageId })).rejects.toThrow();
  });

  it("can be taken back before the agent begins, and not after", async () => {
    const early = await send(client, "Early.", inUsd);
    expect(stateOf(await client.cancelTask({ tenant: "", id: early.id, metadata: undefined }))).toBe(canceled);
    const late = await send(client, "Late.", inUsd);
    await take(late);
    await expect(client.cancelTask({ tenant: "", id: late.id, metadata: undefined })).rejects.toThrow(/taken back/);
  });

  it("is listed with those of its context, a page at a time, and by state", async () => {
    const contextId = crypto.randomUUID();
    const tasks: Task[] = [];
    for (const text of ["a", "b", "c"]) tasks.push(await send(client, text, { ...inUsd, contextId }));
    expect(new Set(tasks.map((task) => task.contextId))).toEqual(new Set([contextId]));
    const query = { tenant: "", contextId, status: TaskState.TASK_STATE_UNSPECIFIED, statusTimestampAfter: undefined };
    const page = await client.listTasks({ ...query, pageSize: 2, pageToken: "" });
    expect([page.tasks.length, page.totalSize]).toEqual([2, 3]);
    const rest = await client.listTasks({ ...query, pageSize: 2, pageToken: page.nextPageToken });
    expect([...page.tasks, ...rest.tasks].map(({ id }) => id).sort()).toEqual(tasks.map(({ id }) => id).sort());
    expect(rest.nextPageToken).toBe("");
    const [, , third] = tasks;
    if (third !== undefined) await take(third);
    const atWork = await client.listTasks({ ...query, pageToken: "", status: working });
    expect(atWork.tasks.map(({ id }) => id)).toEqual([third?.id]);
  });

  it("streams what happens until somebody must answer, and can be subscribed to again", async () => {
    const events: StreamResponse[] = [];
    const stream = client.sendMessageStream(saying("Tell me as you go.", inUsd));
    const { value: begun } = await stream.next();
    if (begun?.payload?.$case !== "task") throw new Error("The stream does not begin with the task.");
    const task = begun.payload.value;
    const reading = (async () => {
      for await (const event of stream) events.push(event);
    })();
    const assignmentId = await take(task);
    await work(assignmentId, "progress", { content: "Half of it." });
    await work(assignmentId, "ask", {
      type: "clarifying_questions",
      questions: [{ type: "single_select", question: "Which?", options: ["A", "B"] }],
    });
    await reading;
    expect(JSON.stringify(events)).toContain("Half of it.");
    expect(stateOfLast(events)).toBe(inputRequired);

    const again: StreamResponse[] = [];
    const resumed = client.resubscribeTask({ tenant: "", id: task.id });
    again.push((await resumed.next()).value as StreamResponse);
    const readingAgain = (async () => {
      for await (const event of resumed) again.push(event);
    })();
    await send(client, "", { taskId: task.id, data: { answers: [{ question_index: 0, selected: "B" }] } });
    await work(assignmentId, "submit", { text: "B it is", file_ids: [], links: [] });
    await readingAgain;
    expect(again.map(({ payload }) => payload?.$case)).toContain("artifactUpdate");
    expect(stateOfLast(again)).toBe(inputRequired);
  });

  it("keeps a client waiting that wants to, until the work is there", async () => {
    const auto = { metadata: { [terms]: { budget: 500, currency: "usd", review: "auto" } } };
    const messageId = crypto.randomUUID();
    const waiting = send(client, "Wait for me.", { ...auto, messageId, waits: true });
    const assignmentId = await take(await send(client, "Wait for me.", { ...auto, messageId }));
    await work(assignmentId, "submit", { text: "There.", file_ids: [], links: [] });
    const done = await waiting;
    expect([stateOf(done), textOf(done.artifacts[0])]).toEqual([completed, "There."]);
  });
});

function stateOfLast(events: readonly StreamResponse[]): TaskState | undefined {
  const last = events.at(-1)?.payload;
  return last?.$case === "statusUpdate" ? last.value.status?.state : undefined;
}
