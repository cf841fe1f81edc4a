import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Executors, RunSession } from "../../src/runner/executor.ts";

const missing = { unavailable: "Not on this server." };

/** Executors of a house whose `prompt` agents think, write two files and hand in; `hold` decides when they go on. */
export function writingExecutors(hold: (session: RunSession) => Promise<void>): Executors {
  return {
    async prompt(session) {
      await think(session, 1, "I will write the module first, then correct it.");
      await write(session, "src/greeting.mjs", 'export const greeting = "Helo";\nexport const tone = "warm";\n');
      await edit(session, "src/greeting.mjs", '"Helo"', '"Hello"');
      await session.step(
        { kind: "tool", name: "run_command", input: { command: "node src/greeting.mjs" } },
        async () => ({
          output: { text: "exit code 1\nSyntaxError: nothing was exported", failed: true },
          error: "The program ended with 1.",
        }),
      );
      await write(session, `${"deep/".repeat(30)}notes.md`, "# Notes\n");
      await session.step({ kind: "tool", name: "pause", input: null }, async () => {
        await hold(session);
        return { output: { text: "Went on.", failed: false } };
      });
      await session.progress("Two files written.");
      await session.deliver({ text: "A greeting.", files: [] });
    },
    endpoint: missing,
    engineer: missing,
    command: missing,
    a2a: missing,
  };
}

async function think(session: RunSession, number: number, text: string): Promise<void> {
  await session.step({ kind: "model", name: "answer", input: { number } }, async () => ({
    output: { text, toolCalls: [], end: "tools", fault: null },
    inputTokens: 1_840,
    outputTokens: 212,
    costMicros: 8_700,
  }));
}

async function write(session: RunSession, path: string, content: string): Promise<void> {
  const folder = await folderOf(session);
  await session.step({ kind: "tool", name: "write_file", input: { path, content } }, async () => {
    await put(folder, path, content);
    return { output: { text: `Written: ${content.length} bytes.`, failed: false }, changesWorkspace: folder !== null };
  });
}

async function edit(session: RunSession, path: string, old: string, replacement: string): Promise<void> {
  const input = { path, old_text: old, new_text: replacement };
  const folder = await folderOf(session);
  await session.step({ kind: "tool", name: "edit_file", input }, async () => {
    await put(folder, path, 'export const greeting = "Hello";\nexport const tone = "warm";\n');
    return { output: { text: "Replaced once.", failed: false }, changesWorkspace: folder !== null };
  });
}

/** null where there is no sandbox: then it is only told that something was written. */
function folderOf(session: RunSession): Promise<string | null> {
  return session.workspace().catch(() => null);
}

/** For a house that runs agents: the sandbox lends programs another user, who must be able to pass through it. */
export async function passableFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "guildhall-runs-"));
  await chmod(folder, 0o711);
  return folder;
}

async function put(folder: string | null, path: string, content: string): Promise<void> {
  if (folder === null) return;
  const place = join(folder, path);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, content);
}
