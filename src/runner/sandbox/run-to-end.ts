import type { Readable } from "node:stream";
import type { SandboxCommand } from "./sandbox-command.ts";
import type { Ending, SandboxedProcess } from "./sandboxed-process.ts";

/** A program that is given its input at once and runs to its end. */
export interface RunCommand extends SandboxCommand {
  readonly stdin?: string | Uint8Array;
  /** Called for each piece of output as it comes. */
  readonly onOutput?: (from: "stdout" | "stderr", piece: Buffer) => void;
}

export interface RunResult extends Ending {
  /** Bytes, because programs print what they like. Together at most `outputBytes`. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Runs a program to its end and keeps what it prints. */
export async function runToEnd(
  command: RunCommand,
  start: (command: SandboxCommand) => Promise<SandboxedProcess>,
): Promise<RunResult> {
  const process = await start(command);
  const outputs = [
    collect(process.stdout, (piece) => command.onOutput?.("stdout", piece)),
    collect(process.stderr, (piece) => command.onOutput?.("stderr", piece)),
  ];
  process.stdin.end(command.stdin);
  const [ending, [stdout = empty, stderr = empty]] = await Promise.all([process.ended, Promise.all(outputs)]);
  return { ...ending, stdout, stderr };
}

const empty = Buffer.alloc(0);

async function collect(stream: Readable, onPiece: (piece: Buffer) => void): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece);
    onPiece(piece);
  }
  return Buffer.concat(pieces);
}
