import type { Limits } from "./limits.ts";
import type { NetworkAccess } from "./proxy.ts";

/** One program to be run. */
export interface SandboxCommand {
  /** The program, by name or path inside the sandbox, and its arguments. */
  readonly argv: readonly string[];
  /** Shown at /workspace, for reading and writing; made by `prepareWorkspace`. */
  readonly workspaceFolder: string;
  /** Added to PATH, HOME, TMPDIR, USER and LANG. Nothing of the server's own environment is ever passed on. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
  /** Without it a run has no network but its own loopback. With it, hosts of a list through our proxy. */
  readonly network?: NetworkAccess;
  /** Aborting it kills the run. */
  readonly signal?: AbortSignal;
}
