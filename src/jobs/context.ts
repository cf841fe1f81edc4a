import type { Pool } from "pg";
import type { Engine } from "../engine/engine.ts";
import type { Instant } from "../model/instant.ts";
import type { ObjectStore } from "../outbound/object-store.ts";

/** What jobs need of the house. */
export interface JobContext {
  readonly engine: Engine;
  readonly reads: Pool;
  readonly clock: () => Instant;
  readonly objects: ObjectStore;
}

/** One job. Safe to run at any time, twice, or on two nodes at once. */
export type Job = (context: JobContext) => Promise<number>;
