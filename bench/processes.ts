import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer } from "./messages.ts";

/** A process of this run. It ends when it is told to, and by itself when this process is gone. */
export interface Helper<Hello> {
  /** Its first word. */
  readonly hello: Hello;
  ask<Result>(order: object): Promise<Result>;
  stop(): Promise<void>;
}

const killAfterMs = 10_000;
const running = new Set<ChildProcess>();

/** Starts one of the files beside this one and waits for its first word. `setting` is what it is to do. */
export async function startHelper<Hello>(file: string, setting: object = {}): Promise<Helper<Hello>> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(setting)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  running.add(child);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      running.delete(child);
      resolve();
    });
  });
  const hello = await nextAnswer<Hello>(child, file);
  return {
    hello,
    ask(order) {
      const answer = nextAnswer<never>(child, file);
      child.send(order);
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Ends every process that is still running, for a run that is broken off. */
export function killHelpers(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Called by a helper: calls `close` and exits when its parent lets go of it. */
export function endWithParent(close: () => Promise<void> = async () => undefined): void {
  process.once("disconnect", () => {
    void close().finally(() => process.exit());
  });
}

/** Called by a helper. */
export function tellParent<Result>(answer: Answer<Result>): void {
  process.send?.(answer);
}

/** Called by a helper: what it was started with. */
export function readSetting<Setting>(): Setting {
  return JSON.parse(process.argv[2] ?? "{}") as Setting;
}

function nextAnswer<Result>(child: ChildProcess, file: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`bench/${file} ended with ${code}.`));
    child.once("exit", onExit);
    child.once("message", (answer: Answer<Result>) => {
      child.off("exit", onExit);
      if ("result" in answer) resolve(answer.result);
      else reject(new Error(`bench/${file}: ${answer.failure}`));
    });
  });
}
