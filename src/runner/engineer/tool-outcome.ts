import type { Limits } from "../sandbox/limits.ts";
import type { NetworkAccess } from "../sandbox/proxy.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** Where tools work. */
export interface Place {
  readonly runId: string;
  /** The workspace as the server sees it. Its path is never told. */
  readonly folder: string;
  readonly sandbox: Sandbox;
  /** Undefined: commands have none. */
  readonly network: NetworkAccess | undefined;
  /** For each command. */
  readonly limits: Partial<Limits>;
  readonly signal: AbortSignal;
}

/** What a model reads about its call. JSON, because it is stored. */
export interface ToolOutcome {
  readonly text: string;
  readonly failed: boolean;
}
