import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Id } from "../model/ids.ts";
import type { RunStep } from "../model/run.ts";
import { RunFailed } from "../runner/executor.ts";
import type { Sandbox } from "../runner/sandbox/sandbox.ts";
import type { Ending } from "../runner/sandbox/sandboxed-process.ts";
import { beginUpload, forgetUpload, keepUpload } from "../store/files.ts";
import type { RunHouse } from "./run-context.ts";

/** What is kept of a workspace at most, packed. */
const keptBytesMax = 1024 ** 3;
const packingMsMax = 5 * 60_000;
/** Neither must stop where the workspace as it is now can still be kept or brought back. */
const packingLimits = {
  wallMs: packingMsMax,
  cpuMs: packingMsMax,
  outputBytes: keptBytesMax,
  diskBytes: 2 * keptBytesMax,
  files: 1_000_000,
};
const complaintCharactersMax = 300;

/**
 * The folder that a run has to itself on this node. As it was after the newest step that has changed it, it is kept in
 * the object store, packed. Packing and unpacking are done inside of the sandbox: what a stranger's archive or folder
 * holds, links and all, can reach nothing but the workspace itself.
 */
export class RunWorkspace {
  readonly #house: RunHouse;
  readonly #sandbox: Sandbox;
  readonly #folder: string;
  #isOpen = false;
  #keptKey: Id | null = null;

  /** `folder`: does not exist yet. */
  constructor(house: RunHouse, sandbox: Sandbox, folder: string) {
    this.#house = house;
    this.#sandbox = sandbox;
    this.#folder = folder;
  }

  /** Goes on from these steps. What a crash has left between a step and its bookkeeping is put right. */
  async adopt(steps: readonly RunStep[]): Promise<void> {
    const keys = steps.flatMap(({ snapshotKey }) => snapshotKey ?? []);
    this.#keptKey = keys.at(-1) ?? null;
    if (this.#keptKey !== null) await this.#refersTo(this.#keptKey, keys.at(-2) ?? null);
  }

  /** The folder, as it was kept last. Throws `RunFailed` where there can be none. */
  async open(): Promise<string> {
    if (this.#isOpen) return this.#folder;
    const refusal = await this.#prepare();
    if (refusal !== null) throw new RunFailed(`The agent needs a workspace, and this server has none: ${refusal}`);
    this.#isOpen = true;
    if (this.#keptKey !== null) await this.#unpack(this.#keptKey);
    return this.#folder;
  }

  /** Keeps the folder as it is now; returns the key to be stored with the step. */
  async keep(): Promise<Id> {
    const { reads, objects, clock, newId } = this.#house;
    await this.open();
    const key = newId();
    await beginUpload(reads, key, clock());
    await objects.put(key, this.#packed());
    return key;
  }

  /** The step with this key is stored: what was kept before is needed no more. */
  async settle(key: Id): Promise<void> {
    const before = this.#keptKey;
    this.#keptKey = key;
    await this.#refersTo(key, before);
  }

  /** Removes the folder. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#sandbox.removeWorkspace(this.#folder);
  }

  /** The run has ended: nothing of its workspace is needed any more. */
  async forget(): Promise<void> {
    if (this.#keptKey === null) return;
    const { reads, clock } = this.#house;
    await keepUpload(reads, this.#house.newId(), this.#keptKey, clock());
    await this.#remove(this.#keptKey);
  }

  /** Null, or why there can be no workspace. */
  async #prepare(): Promise<string | null> {
    try {
      // Passable for the user to whom root lends programs, but not to be listed.
      await mkdir(dirname(this.#folder), { recursive: true, mode: 0o711 });
      await this.#sandbox.prepareWorkspace(this.#folder);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async #refersTo(key: Id, before: Id | null): Promise<void> {
    await keepUpload(this.#house.reads, key, before, this.#house.clock());
    if (before !== null) await this.#remove(before);
  }

  async #remove(key: Id): Promise<void> {
    await this.#house.objects.remove(key);
    await forgetUpload(this.#house.reads, key);
  }

  async *#packed(): AsyncGenerator<Uint8Array> {
    const packing = await this.#start(["tar", "-cf", "-", "."]);
    packing.stdin.end();
    const complaint = firstCharacters(packing.stderr);
    yield* packing.stdout;
    // 1: a file has changed while it was read, by a program that still runs.
    refuseUnless(await packing.ended, [0, 1], await complaint);
  }

  async #unpack(key: Id): Promise<void> {
    const unpacking = await this.#start(["tar", "-xpf", "-"]);
    unpacking.stdout.resume();
    const complaint = firstCharacters(unpacking.stderr);
    const fed = pipeline(await this.#house.objects.read(key), unpacking.stdin);
    const [ending] = await Promise.all([unpacking.ended, fed.catch(() => undefined)]);
    refuseUnless(ending, [0], await complaint);
  }

  #start(argv: readonly string[]) {
    return this.#sandbox.start({ argv, workspaceFolder: this.#folder, limits: packingLimits });
  }
}

async function firstCharacters(stream: Readable): Promise<string> {
  let text = "";
  for await (const piece of stream) if (text.length < complaintCharactersMax) text += String(piece);
  return text.slice(0, complaintCharactersMax);
}

function refuseUnless({ endedBy, exitCode }: Ending, exitCodes: readonly number[], complaint: string): void {
  if (endedBy === "output" || endedBy === "disk") throw new RunFailed("The agent's workspace has become too large.");
  if (endedBy === "exit" && exitCodes.includes(exitCode ?? -1)) return;
  throw new Error(`A workspace could not be packed or unpacked (${endedBy} ${exitCode}): ${complaint}`);
}
