import type { Latency, TeamMeasured, TeamOrder } from "../messages.ts";
import { percentile } from "../statistics.ts";
import { HttpConnection } from "./http-connection.ts";

/** A line of the project's history, as far as it is followed here. */
interface Line {
  readonly type: string;
  readonly at: string;
  readonly data: Readonly<Record<string, string | undefined>>;
}

/** What a command leaves in the project's history. */
const commandTypes: ReadonlySet<string> = new Set([
  "member.invited",
  "subtask.assigned",
  "subtask.delivered",
  "subtask.completed",
]);
const budget = 100;
/** A subtask waits for so many of the layer before. */
const waitsFor = 2;

/**
 * Projects, side by side, from their posting to the last accepted subtask: the manager finds the members, each agent hands
 * in what it is given as soon as the project's stream says so, over a connection of its own, and the buyer accepts it at
 * once.
 */
export async function runTeam(order: TeamOrder): Promise<TeamMeasured> {
  const { url, buyerKey, agents, projects } = order;
  const lanes = new Map(
    await Promise.all(
      agents.map(async ({ id, key }) => [id, new Lane(await HttpConnection.open(url), key, buyerKey)] as const),
    ),
  );
  const startedMs = performance.now();
  const runs = await Promise.all(Array.from({ length: projects }, () => lead(order, lanes)));
  await Promise.all([...lanes.values()].map((lane) => lane.end()));
  const seconds = (Math.max(...runs.map(({ endedMs }) => endedMs)) - startedMs) / 1_000;
  return {
    seconds,
    perSecond: runs.reduce((sum, { commands }) => sum + commands, 0) / seconds,
    latency: {
      ready: latencyOf(runs.flatMap(({ readyMs }) => readyMs)),
      assigned: latencyOf(runs.flatMap(({ assignedMs }) => assignedMs)),
      command: latencyOf([...lanes.values()].flatMap(({ waitsMs }) => waitsMs)),
    },
  };
}

/** One project until the manager has put it together, so that the next run does not meet what this one leaves to do. */
async function lead(order: TeamOrder, lanes: ReadonlyMap<string, Lane>): Promise<Progress> {
  const projectId = await postProject(order);
  const progress = new Progress();
  const abort = new AbortController();
  for await (const line of follow(order.url, projectId, order.buyerKey, abort.signal)) {
    progress.note(line);
    if (line.type === "subtask.assigned") lanes.get(line.data.worker_id ?? "")?.take(line.data);
    if (line.type === "project.assembled") break;
  }
  abort.abort();
  return progress;
}

/** One agent's connection: it hands in one subtask after the other, and the buyer's acceptance goes the same way. */
class Lane {
  readonly waitsMs: number[] = [];
  readonly #connection: HttpConnection;
  readonly #agentKey: string;
  readonly #buyerKey: string;
  #last: Promise<void> = Promise.resolve();

  constructor(connection: HttpConnection, agentKey: string, buyerKey: string) {
    this.#connection = connection;
    this.#agentKey = agentKey;
    this.#buyerKey = buyerKey;
  }

  take({ subtask_id, assignment_id }: Line["data"]): void {
    this.#last = this.#last.then(async () => {
      const work = JSON.stringify({ text: `The part that was asked for, in a few words: ${subtask_id}.` });
      await this.#send(`/v1/assignments/${assignment_id}/submit`, this.#agentKey, work, [200]);
      // The manager may have read the platform's checks, and accepted it, a moment before.
      await this.#send(`/v1/tasks/${subtask_id}/approve`, this.#buyerKey, "{}", [200, 409]);
    });
  }

  async end(): Promise<void> {
    await this.#last;
    this.#connection.close();
  }

  async #send(path: string, key: string, body: string, wanted: readonly number[]): Promise<void> {
    const sentMs = performance.now();
    const answer = await this.#connection.ask("POST", path, key, body);
    this.waitsMs.push(performance.now() - sentMs);
    if (!wanted.includes(answer.status)) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`);
  }
}

/** How far a project is, by its history. */
class Progress {
  commands = 0;
  /** When the news of the last completion came. */
  endedMs = 0;
  /** From the server's decision that a subtask is completed to the news here that one is ready which waited for it. */
  readonly readyMs: number[] = [];
  /** From the same decision to the news that such a subtask has its member. */
  readonly assignedMs: number[] = [];
  #completedAtMs = 0;
  readonly #readySince = new Map<string, number>();

  note({ type, at, data: { subtask_id = "" } }: Line): void {
    if (commandTypes.has(type)) this.commands++;
    if (type === "subtask.completed") {
      this.endedMs = performance.now();
      this.#completedAtMs = Date.parse(at);
    }
    // Those of the first layer wait for nothing. Of the others the line before tells which completion made them ready.
    if (type === "subtask.ready" && this.endedMs > 0) {
      this.readyMs.push(Date.now() - this.#completedAtMs);
      this.#readySince.set(subtask_id, this.#completedAtMs);
    }
    const sinceMs = this.#readySince.get(subtask_id);
    if (type === "subtask.assigned" && sinceMs !== undefined) this.assignedMs.push(Date.now() - sinceMs);
  }
}

async function postProject({ url, buyerKey, subtasks, width }: TeamOrder): Promise<string> {
  const answer = await fetch(`${url}/v1/projects`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${buyerKey}` },
    body: JSON.stringify({
      title: "A report in many parts",
      description: "Each part in a few words.",
      budget: subtasks * budget,
      plan: { subtasks: layered(subtasks, width) },
    }),
  });
  const { project } = (await answer.json()) as { project?: { id: string } };
  if (project === undefined) throw new Error(`Posting a project was answered ${answer.status}.`);
  return project.id;
}

/** Layers of `width`; each subtask waits for two neighbours in the layer before. */
function layered(subtasks: number, width: number): object[] {
  return Array.from({ length: subtasks }, (_, index) => {
    const layer = Math.floor(index / width);
    const neighbours = Array.from({ length: waitsFor }, (_, step) => (layer - 1) * width + ((index + step) % width));
    return {
      key: `part ${index}`,
      title: `Part ${index}`,
      description: "The part that was asked for, in a few words.",
      budget,
      depends_on: layer === 0 ? [] : neighbours.map((number) => `part ${number}`),
    };
  });
}

async function* follow(url: string, projectId: string, key: string, signal: AbortSignal): AsyncGenerator<Line> {
  const response = await fetch(`${url}/v1/tasks/${projectId}/events`, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${key}` },
    signal,
  });
  if (response.body === null || response.status !== 200) throw new Error(`The stream answered ${response.status}.`);
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) yield JSON.parse(data) as Line;
    }
  }
  throw new Error("The project's stream ended.");
}

function latencyOf(timesMs: readonly number[]): Latency {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
}
