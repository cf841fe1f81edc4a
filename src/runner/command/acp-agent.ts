import { Readable, Writable } from "node:stream";
import {
  type ClientContext,
  client,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  RequestError,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from "@agentclientprotocol/sdk";
import type { SandboxedProcess } from "../sandbox/sandboxed-process.ts";
import { readWorkspaceFile, WorkspaceFileRefused, writeWorkspaceFile } from "../sandbox/workspace-files.ts";
import { oneLine, readableText } from "../stranger-text.ts";
import { endingOf } from "./endings.ts";
import type { ProgramBrief, ProgramCall, ProgramOutcome } from "./program-call.ts";

const maxMessageBytes = 8 * 1_048_576;
const maxFileBytes = 4 * 1_048_576;
const maxTextCharacters = 200_000;
const maxStderrBytes = 8_192;
const maxReasonLength = 500;
/** An agent that is told to stop may write down where it is. */
const cancelGraceMs = 250;
const workspace = "/workspace";

/** How the agent says that it needs the customer; the protocol has no word for it yet. */
const questionPattern = /(?:^|\n)QUESTION:[ \t]*(\S[\s\S]*)$/;

/**
 * Speaks the Agent Client Protocol with a program in the sandbox: one session, one prompt. It may read and write text
 * files of the workspace; what it asks leave for is granted once, because the sandbox holds whatever it does.
 */
export async function promptAcpAgent(call: ProgramCall): Promise<ProgramOutcome> {
  const { sandbox, limits, network, argv, folder, brief, signal } = call;
  signal.throwIfAborted();
  const environment = { GUILDHALL_TASK_ID: brief.task.id, GUILDHALL_FILES: workspace };
  const process = await sandbox.start({ argv, workspaceFolder: folder, environment, ...network, limits });
  const stderr = keepEnd(process.stderr, maxStderrBytes);
  try {
    const spoken = speak(process, call);
    // A program that ends before it has answered: its ending says why. One that has answered is ended by us.
    const died = process.ended.then(
      (ending): ProgramOutcome => ({ end: "failed", reason: endingOf(ending, stderr()) }),
    );
    spoken.catch(() => undefined);
    const outcome = await Promise.race([died, spoken.catch((error: unknown) => faultOf(error, died))]);
    signal.throwIfAborted();
    return outcome;
  } finally {
    process.stop();
    await process.ended.catch(() => undefined);
  }
}

async function speak(process: SandboxedProcess, { brief, folder, signal }: ProgramCall): Promise<ProgramOutcome> {
  const heard = new Heard();
  const stream = ndJsonStream(
    Writable.toWeb(process.stdin) as WritableStream<Uint8Array>,
    Readable.toWeb(process.stdout) as ReadableStream<Uint8Array>,
    { maxMessageBytes },
  );
  const app = client({ name: "Guildhall" })
    .onRequest(methods.client.fs.readTextFile, ({ params }) => readText(folder, params))
    .onRequest(methods.client.fs.writeTextFile, ({ params }) => writeText(folder, params))
    .onRequest(methods.client.session.requestPermission, ({ params }) => grant(params))
    .onNotification(methods.client.session.update, ({ params }) => heard.take(params.update));
  return app.connectWith(stream, async (agent): Promise<ProgramOutcome> => {
    const { protocolVersion } = await agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: { fs: { readTextFile: true, writeTextFile: true }, terminal: false },
      clientInfo: { name: "guildhall", version: "1.0.0" },
    });
    if (protocolVersion !== PROTOCOL_VERSION) {
      return { end: "failed", reason: `The agent speaks version ${protocolVersion} of the Agent Client Protocol.` };
    }
    const { sessionId } = await agent.request(methods.agent.session.new, { cwd: workspace, mcpServers: [] });
    const stopOnAbort = cancelling(agent, sessionId, process);
    signal.addEventListener("abort", stopOnAbort, { once: true });
    try {
      const { stopReason } = await agent.request(methods.agent.session.prompt, {
        sessionId,
        prompt: [{ type: "text", text: promptOf(brief) }],
      });
      // The connection hands out answers at once and notifications a few promises later, also those that came before.
      await new Promise((resolve) => setImmediate(resolve));
      if (stopReason !== "end_turn") return { end: "failed", reason: `The agent stopped: ${stopReason}.` };
      return heard.outcome();
    } finally {
      signal.removeEventListener("abort", stopOnAbort);
    }
  });
}

function cancelling(agent: ClientContext, sessionId: string, process: SandboxedProcess): () => void {
  return () => {
    agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined);
    setTimeout(() => process.stop(), cancelGraceMs);
  };
}

/** What the agent says; its answer is what it said after its last use of a tool. */
class Heard {
  #text = "";

  take(update: SessionUpdate): void {
    if (update.sessionUpdate === "tool_call") this.#text = "";
    if (update.sessionUpdate !== "agent_message_chunk" || update.content.type !== "text") return;
    if (this.#text.length < maxTextCharacters) this.#text += update.content.text;
  }

  outcome(): ProgramOutcome {
    const text = readableText(this.#text).trim();
    const question = questionPattern.exec(text)?.[1]?.trim();
    return question === undefined ? { end: "done", text } : { end: "asks", text: question, items: null };
  }
}

async function readText(
  folder: string,
  { path, line, limit }: { readonly path: string; readonly line?: number | null; readonly limit?: number | null },
): Promise<{ content: string }> {
  const { content, sizeBytes } = await allowed(() => readWorkspaceFile(folder, inWorkspace(path), maxFileBytes));
  if (sizeBytes > maxFileBytes) throw RequestError.invalidParams({ path }, "The file is larger than 4 MiB.");
  const text = content.toString("utf8");
  if (line == null && limit == null) return { content: text };
  const first = Math.max(1, line ?? 1) - 1;
  const lines = text.split("\n").slice(first, limit == null ? undefined : first + limit);
  return { content: lines.join("\n") };
}

async function writeText(
  folder: string,
  { path, content }: { readonly path: string; readonly content: string },
): Promise<Record<string, never>> {
  await allowed(() => writeWorkspaceFile(folder, inWorkspace(path), content));
  return {};
}

/** Below the workspace, as the functions that follow no links want it. */
function inWorkspace(path: string): string {
  if (path.startsWith(`${workspace}/`)) return path.slice(workspace.length + 1);
  throw RequestError.invalidParams({ path }, "The path is not in the workspace.");
}

/** Anything else that goes wrong is our own fault, and ends the run. */
async function allowed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WorkspaceFileRefused)) throw error;
    throw RequestError.invalidParams(undefined, error.message);
  }
}

function grant({ options }: RequestPermissionRequest): RequestPermissionResponse {
  const granted =
    options.find(({ kind }) => kind === "allow_once") ?? options.find(({ kind }) => kind === "allow_always");
  if (granted === undefined) return { outcome: { outcome: "cancelled" } };
  return { outcome: { outcome: "selected", optionId: granted.optionId } };
}

function promptOf({ task, exchanges, revision }: ProgramBrief): string {
  const parts: (string | null)[] = [
    `Do this task for a customer. Work in ${workspace}: all files you leave there are handed in, together with your final answer.`,
    `If you cannot go on without the customer, end your answer with a line that begins with "QUESTION:" and asks.`,
    `Title: ${task.title}`,
    task.description,
    task.instructions,
    task.expectedOutput === null ? null : `Expected: ${task.expectedOutput}`,
    ...exchanges.map(({ question, answer }) => `You asked: ${question}\nThe customer answered: ${answer}`),
    revision === null
      ? null
      : `Your last answer was:\n${revision.text}\nThe customer wants it revised: ${revision.reason ?? "no reason was given."}`,
  ];
  return parts.filter((part) => part !== null).join("\n\n");
}

/** The connection broke. Mostly because the program died, and then its ending says more. */
async function faultOf(error: unknown, died: Promise<ProgramOutcome>): Promise<ProgramOutcome> {
  const message = error instanceof Error ? error.message : String(error);
  const said: ProgramOutcome = {
    end: "failed",
    reason: `The agent does not speak the Agent Client Protocol as it should: ${oneLine(message, maxReasonLength)}`,
  };
  const late = new Promise<ProgramOutcome>((resolve) => setTimeout(() => resolve(said), cancelGraceMs));
  return Promise.race([died, late]);
}

function keepEnd(stream: Readable, maxBytes: number): () => Buffer {
  let end = Buffer.alloc(0);
  stream.on("data", (piece: Buffer) => {
    end = Buffer.concat([end, piece]).subarray(-maxBytes);
  });
  return () => end;
}
