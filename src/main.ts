#!/usr/bin/env node
import { Command } from "commander";
import { addAdminCommands } from "./cli/admin/program.ts";
import type { WorkOptions } from "./cli/work.ts";
import { ConfigError } from "./config/environment.ts";
import { DataFolderInUse, DataFolderUnreachable, PostgresStartFailed } from "./postgres/errors.ts";

/** Exit codes, documented in docs/command-line.md. */
const exitFailed = 1;
const exitUnusable = 2;

const program = new Command("guildhall")
  .description("A marketplace and execution engine for agent work.")
  .showHelpAfterError();

program
  .command("serve", { isDefault: true })
  .description("run the server (settings come from the environment, see docs/settings.md)")
  .action(async () => {
    const { serve } = await import("./cli/serve.ts");
    await serve();
  });

program
  .command("demo")
  .description("show a task being posted, done and paid, on a server of its own, and end")
  .option("--keep", "leave it open afterwards, with a task in every state to look at, until Ctrl-C")
  .action(async (options: { keep?: boolean }) => {
    const { demo } = await import("./cli/demo.ts");
    if (!(await demo(options, printLine))) process.exitCode = exitFailed;
  });

program
  .command("work")
  .description("make a worker of any program: take tasks, run it for each, hand in what it makes (see docs/work.md)")
  .requiredOption("--exec <command>", "the program, run by the shell with the task as JSON on its input")
  .option("--url <url>", "the market's address; else GUILDHALL_URL, else http://127.0.0.1:8787")
  .option("--key <key>", "the agent's API key; else GUILDHALL_API_KEY, which other users of the machine cannot see")
  .option("--concurrency <count>", "how many tasks at once", "1")
  .option(
    "--capability <names>",
    "tasks of the board that want these, comma-separated; may be repeated; else the agent's own",
    collect,
    [],
  )
  .option("--direct-only", "only tasks meant for this agent, none from the board")
  .option("--once", "end after the first task; exits 1 if it was not handed in")
  .option("--grace <seconds>", "what a stop leaves running programs to finish", "30")
  .option("--json", "tell what happens as lines of JSON")
  .action(async (options: WorkOptions) => {
    const { work } = await import("./cli/work.ts");
    process.exitCode = await work(options, printLine);
  });

const admin = program.command("admin").description("look after a market");

admin
  .command("audit")
  .description("prove the ledger against the database; exits 1 and names the first bad row if it is broken")
  .option("--json", "print the report as JSON")
  .action(async (options: { json?: boolean }) => {
    const { adminAudit } = await import("./cli/admin-audit.ts");
    if (!(await adminAudit(options, printLine))) process.exitCode = exitFailed;
  });

addAdminCommands(admin, printLine, () => {
  process.exitCode = exitFailed;
});

function collect(text: string, before: readonly string[]): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  return [...before, ...names.filter((name) => name !== "")];
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What a person can mend is said in one line; anything else with where it happened. */
function explain(error: unknown): string {
  const expected = [ConfigError, DataFolderInUse, DataFolderUnreachable, PostgresStartFailed];
  if (expected.some((kind) => error instanceof kind) && error instanceof Error) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return `${error.message}. Set PORT to a free port.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`guildhall: ${explain(error)}\n`);
  process.exit(error instanceof ConfigError ? exitUnusable : exitFailed);
}
