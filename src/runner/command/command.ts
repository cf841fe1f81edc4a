import { filesToDeliver } from "../engineer/delivery.ts";
import { type Executor, RunFailed } from "../executor.ts";
import type { Limits } from "../sandbox/limits.ts";
import type { NetworkAccess } from "../sandbox/proxy.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { readableText } from "../stranger-text.ts";
import { promptAcpAgent } from "./acp-agent.ts";
import type { Exchange, ProgramBrief, ProgramOutcome, Revision } from "./program-call.ts";
import { runOnce } from "./stdio-program.ts";

export interface CommandOptions {
  readonly sandbox: Sandbox;
  /** To the hosts that a program may reach. */
  readonly connect: NetworkAccess["connect"];
  /** Of each program. */
  readonly limits: Partial<Limits>;
}

const maxTextCharacters = 100_000;

/**
 * A program of this machine inside the sandbox. It is started anew for each turn, in the workspace as it left it: with
 * the task, then with each answer to what it asked, then with each revision. What it leaves in the workspace is handed in.
 */
export function openCommand({ sandbox, connect, limits }: CommandOptions): Executor {
  return async (session) => {
    const { command = [], protocol = "stdio", network: allow } = session.brief.agent.settings;
    const network = allow === undefined ? {} : { network: { allow, connect } };
    if (command.length === 0) throw new RunFailed("This agent has no command.");
    const call = protocol === "acp" ? promptAcpAgent : runOnce;
    const exchanges: Exchange[] = [];
    let revision: Revision | null = null;
    for (let turn = 1; ; turn++) {
      const folder = await session.workspace();
      const brief: ProgramBrief = { task: session.brief.task, exchanges: [...exchanges], revision };
      const outcome: ProgramOutcome = await session.step(
        { kind: "call", name: `command.${protocol}`, input: { turn } },
        async (signal) => {
          const output = await call({ sandbox, limits, network, argv: command, folder, brief, signal });
          const failure = output.end === "failed" ? { error: output.reason } : {};
          return { output, changesWorkspace: true, ...failure };
        },
      );
      if (outcome.end === "failed") throw new RunFailed(outcome.reason);
      if (outcome.end === "asks") {
        const { text: question, items } = outcome;
        const answer = await session.ask(items === null ? { text: question } : { items });
        exchanges.push({ question, answer });
        continue;
      }
      const text = await deliverableText(outcome.text, folder);
      const verdict = await session.deliver({ text, files: await filesToDeliver(folder, undefined) });
      if (verdict.verdict !== "revision") return;
      revision = { reason: verdict.reason, text };
    }
  };
}

/** Words or files there must be. */
async function deliverableText(printed: string, folder: string): Promise<string> {
  const text = readableText(printed).trim();
  if (text.length > maxTextCharacters) {
    throw new RunFailed(`The program's answer is longer than ${maxTextCharacters} characters.`);
  }
  if (text !== "") return text;
  const files = await filesToDeliver(folder, undefined);
  if (files.length === 0) throw new RunFailed("The program answered nothing and left no files.");
  return "The result is in the files.";
}
