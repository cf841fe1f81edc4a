import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodeOfQuestion } from "../../model/program-talk.ts";
import { Refused, type WorkApi } from "./api.ts";
import { readBrief, waitForAnswer } from "./brief.ts";
import type { Tell } from "./happenings.ts";
import { Lease, lossOf } from "./lease.ts";
import { findLeftFiles, uploadFiles } from "./left-files.ts";
import { fieldsOf, type Offer } from "./offer.ts";
import { type ProgramEnd, runProgram } from "./program.ts";
import { ProgressLog } from "./progress-log.ts";
import { readQuestion } from "./question.ts";
import type { Slot } from "./slots.ts";

const maxReasonLength = 1_000;
/** While the worker stops there is little time for a release. */
const releaseTimeoutMs = 3_000;

export interface EngagementContext {
  readonly api: WorkApi;
  readonly command: string;
  /** The program's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its place among the programs that run; whoever made it sees that it is given back. */
  readonly slot: Slot;
  readonly tell: Tell;
  /** Aborted when the worker is told to stop: who waits for an answer gives up. */
  readonly stopping: AbortSignal;
  /** Aborted when the time to finish is over too. */
  readonly halted: AbortSignal;
}

export type Outcome = "submitted" | "released" | "lost";

/**
 * One task from its lease to its submission: runs the program, asks and runs it again, hands in. While it waits
 * for an answer its slot is somebody else's. Throws only if the key is refused.
 */
export async function engage(offer: Offer, context: EngagementContext): Promise<Outcome> {
  const { api, tell, halted } = context;
  tell({ event: "took", task_id: offer.taskId, assignment_id: offer.assignmentId, title: offer.title });
  const lease = new Lease(api, offer, (error) =>
    tell({
      event: "trouble",
      reason: `A heartbeat failed: ${messageOf(error)}`,
      retry_in_ms: Math.round(offer.leaseMs / 3),
    }),
  );
  try {
    return await workUntilDone(offer, context, AbortSignal.any([lease.lost, halted]));
  } catch (error) {
    const loss = lossOf(lease.lost.aborted ? lease.lost.reason : error);
    if (loss !== undefined) {
      tell({ event: "lost", task_id: offer.taskId, reason: loss.message });
      return "lost";
    }
    if (isKeyRefused(error)) throw error;
    const stopped = halted.aborted || context.stopping.aborted;
    return await release(offer, context, stopped ? "The worker was stopped." : messageOf(error));
  } finally {
    lease.letGo();
  }
}

async function workUntilDone(offer: Offer, context: EngagementContext, signal: AbortSignal): Promise<Outcome> {
  const { api, tell } = context;
  const anyStop = AbortSignal.any([signal, context.stopping]);
  for (let run = 1; ; run += 1) {
    await context.slot.take(anyStop);
    {
      await using folder = await temporaryFolder();
      tell({ event: "running", task_id: offer.taskId, run });
      const end = await runOnce(offer, context, folder.path, signal);
      signal.throwIfAborted();
      if (end.exitCode === 0) return await submit(offer, context, end, folder.path, signal);
      if (end.exitCode !== exitCodeOfQuestion) return await release(offer, context, reasonOf(end));
      tell({ event: "asked", task_id: offer.taskId, content: await ask(offer, api, end, signal) });
    }
    context.slot.giveBack();
    await waitForAnswer(api, offer, anyStop);
    tell({ event: "answered", task_id: offer.taskId });
  }
}

async function runOnce(
  offer: Offer,
  context: EngagementContext,
  folder: string,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  const { api, tell, command, env } = context;
  const brief = await readBrief(api, offer, signal);
  const progress = new ProgressLog(async (content) => {
    tell({ event: "progress", task_id: offer.taskId, content });
    // Only said, never relied on: a lost lease shows at the next heartbeat.
    await api
      .post(`/v1/assignments/${offer.assignmentId}/progress`, { content }, { signal, attempts: 2 })
      .catch(() => undefined);
  });
  const end = await runProgram({
    command,
    folder,
    env: {
      ...env,
      GUILDHALL_TASK_ID: offer.taskId,
      GUILDHALL_ASSIGNMENT_ID: offer.assignmentId,
      GUILDHALL_FILES: folder,
    },
    stdin: `${JSON.stringify(brief)}\n`,
    onStderrLine: (line) => progress.add(line),
    signal,
  });
  await progress.flush();
  return end;
}

/** Asks what the program printed; returns it in one line. */
async function ask(offer: Offer, api: WorkApi, end: ProgramEnd, signal: AbortSignal): Promise<string> {
  const { body, summary } = readQuestion(end.stdout);
  await api.post(`/v1/assignments/${offer.assignmentId}/ask`, body, { signal });
  return summary;
}

async function submit(
  offer: Offer,
  context: EngagementContext,
  end: ProgramEnd,
  folder: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const files = await findLeftFiles(folder);
  const text = end.stdout.trim();
  if (end.stdoutTruncated) return release(offer, context, "The program printed more than 100,000 characters.");
  if (text === "" && files.length === 0)
    return release(offer, context, "The program printed nothing and left no files.");
  const fileIds = await uploadFiles(context.api, files, signal);
  const { body } = await context.api.post(
    `/v1/assignments/${offer.assignmentId}/submit`,
    { text: text === "" ? "The result is in the files." : text, file_ids: fileIds, links: [] },
    { signal },
  );
  const { state } = fieldsOf(fieldsOf(body).task);
  context.tell({
    event: "submitted",
    task_id: offer.taskId,
    state: typeof state === "string" ? state : "",
    files: files.length,
  });
  return "submitted";
}

async function release(offer: Offer, { api, tell, halted }: EngagementContext, reason: string): Promise<Outcome> {
  const short = reason.slice(-maxReasonLength).toWellFormed();
  try {
    const hurry = halted.aborted ? { attempts: 2, timeoutMs: releaseTimeoutMs } : {};
    await api.post(`/v1/assignments/${offer.assignmentId}/release`, { reason: short }, hurry);
  } catch (error) {
    if (isKeyRefused(error)) throw error;
    // Without a release the lease ends by itself, for want of heartbeats.
    tell({ event: "lost", task_id: offer.taskId, reason: `It could not be released: ${messageOf(error)}` });
    return "lost";
  }
  tell({ event: "released", task_id: offer.taskId, reason: short });
  return "released";
}

function reasonOf({ exitCode, signal, stderrTail }: ProgramEnd): string {
  const how = exitCode === null ? `was ended by ${signal}` : `exited with ${exitCode}`;
  return `The program ${how}.${stderrTail === "" ? "" : ` ${stderrTail}`}`;
}

/** Whether there is no use in going on with this key. */
export function isKeyRefused(error: unknown): boolean {
  return error instanceof Refused && error.status === 401;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "guildhall-work-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
