import type { RunStep } from "../model/run.ts";
import { RunFailed } from "../runner/executor.ts";

/** A workspace as it was kept; `settle` once the step that says so is stored. */
export interface KeptWorkspace {
  readonly key: string;
  settle(): Promise<void>;
}

/** The folder that a run has to itself on this node. */
export interface RunWorkspace {
  /** The folder, as it was after the newest of these steps that has changed it. */
  open(steps: readonly RunStep[]): Promise<string>;
  /** Keeps the folder as it is now. */
  keep(): Promise<KeptWorkspace>;
  /** Removes the folder; `forGood`: and what was kept of it. */
  close(forGood: boolean): Promise<void>;
}

/** Where there can be no workspaces. */
export function noWorkspace(reason: string): RunWorkspace {
  const refuse = async (): Promise<never> => {
    throw new RunFailed(`Nothing can be run on this server: ${reason}`);
  };
  return { open: refuse, keep: refuse, close: async () => undefined };
}
