import { type ArtifactFile, type Executor, RunFailed, type RunSession } from "../executor.ts";
import { readableText } from "../stranger-text.ts";
import { type NewMessage, RemoteAgent, RemoteFault, type RemoteTask } from "./remote-agent.ts";

export interface A2aOptions {
  /** The guarded fetch in the shape of the standard one. */
  readonly fetch: typeof globalThis.fetch;
  /** What an agent's `authorization` says, which is stored sealed. Throws `RunFailed`. */
  readonly open: (sealed: string, agentId: string) => string;
  /** Between two looks at a task, at first; each pause is longer than the one before. */
  readonly firstPauseMs?: number;
}

const maxTextCharacters = 100_000;
const maxTurns = 50;

/** What a turn of the conversation came to, as it is stored. */
type Sent = { readonly task: RemoteTask } | { readonly fault: string };

/**
 * An agent on another server, by A2A 1.0. The task is sent once, and which task it is there is stored before anything
 * else happens: after a restart the run goes on looking at it. What the agent asks is asked here; a revision goes on in
 * the same context.
 */
export function openA2a(options: A2aOptions): Executor {
  return async (session) => {
    const { id, settings, endpointUrl } = session.brief.agent;
    const url = settings.url ?? endpointUrl ?? "";
    if (!URL.canParse(url)) throw new RunFailed("This agent has no address of an A2A agent.");
    const sealed = settings.authorization;
    const authorization = sealed === undefined ? undefined : options.open(sealed, id);
    await new Engagement(session, new RemoteAgent({ url, authorization }, options)).work();
  };
}

class Engagement {
  readonly #session: RunSession;
  readonly #remote: RemoteAgent;
  #turn = 0;

  constructor(session: RunSession, remote: RemoteAgent) {
    this.#session = session;
    this.#remote = remote;
  }

  async work(): Promise<void> {
    let task = await this.#say({ text: briefText(this.#session), title: this.#session.brief.task.title });
    for (;;) {
      task = await this.#untilDone(task);
      const work = await this.#collect(task);
      const verdict = await this.#session.deliver(work);
      if (verdict.verdict !== "revision") return;
      const text = `The work needs a revision. ${verdict.reason ?? "No reason was given."}`;
      // A task that is over takes no messages: the next one belongs to the same context and names it.
      const place = task.isOver ? { contextId: task.contextId, follows: task.id } : placeOf(task);
      task = await this.#say({ text, ...place });
    }
  }

  /** Answers what is asked on the way. */
  async #untilDone(begun: RemoteTask): Promise<RemoteTask> {
    for (let task = begun; ; ) {
      if (!task.isResting) task = await this.#wait(task);
      if (task.state === "failed") throw new RunFailed(`The agent gave up: ${task.said || "it gave no reason."}`);
      if (task.state !== "asking") return task;
      const answer = await this.#session.ask({
        text: task.said.slice(0, maxTextCharacters) || "The agent needs your input.",
      });
      task = await this.#say({ text: answer, ...placeOf(task) });
    }
  }

  async #say(message: Omit<NewMessage, "messageId">): Promise<RemoteTask> {
    const turn = ++this.#turn;
    if (turn > maxTurns) throw new RunFailed(`The agent came to no end in ${maxTurns} messages.`);
    // The same after a crash, so that an agent that knows its messages takes it for the same one.
    const messageId = `${this.#session.brief.runId}-${turn}`;
    return this.#step("a2a.send", { turn }, (signal) => this.#remote.send({ ...message, messageId }, signal));
  }

  #wait({ id }: RemoteTask): Promise<RemoteTask> {
    return this.#step("a2a.wait", { task: id }, (signal) => this.#remote.untilResting(id, signal));
  }

  async #step(
    name: string,
    input: unknown,
    perform: (signal: AbortSignal) => Promise<RemoteTask>,
  ): Promise<RemoteTask> {
    const sent = await this.#session.step<Sent>({ kind: "call", name, input }, async (signal) => {
      try {
        return { output: { task: await perform(signal) } };
      } catch (error) {
        if (!(error instanceof RemoteFault)) throw error;
        return { output: { fault: error.message }, error: error.message };
      }
    });
    if ("fault" in sent) throw new RunFailed(`The other agent could not be worked with: ${sent.fault}`);
    return sent.task;
  }

  async #collect({ text, files, said }: RemoteTask): Promise<{ text: string; files: readonly ArtifactFile[] }> {
    const words = readableText(text.trim() === "" ? said : text).trim();
    if (words === "" && files.length === 0) throw new RunFailed("The agent finished without a result.");
    if (words.length > maxTextCharacters) {
      throw new RunFailed(`The agent's result is longer than ${maxTextCharacters} characters.`);
    }
    return {
      text: words === "" ? "The result is in the files." : words,
      files: files.map(({ name, mediaType, base64 }) => ({ name, mediaType, bytes: Buffer.from(base64, "base64") })),
    };
  }
}

function placeOf({ id, contextId }: RemoteTask): { readonly taskId: string; readonly contextId: string } {
  return { taskId: id, contextId };
}

function briefText({ brief: { task } }: RunSession): string {
  const parts = [task.title, task.description, task.instructions, task.expectedOutput];
  return parts.filter((part): part is string => part !== null && part.trim() !== "").join("\n\n");
}
