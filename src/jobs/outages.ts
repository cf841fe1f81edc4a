import type { RefusalCode } from "../model/errors.ts";

/** Ours or the database's to mend, not the fault of what was being done: worth another attempt later. */
export const outages: ReadonlySet<RefusalCode> = new Set(["shutting_down", "queue_full", "database_unavailable"]);
