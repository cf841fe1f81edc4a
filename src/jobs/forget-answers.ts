import { forgetOutcomes } from "../store/idempotency.ts";
import type { Job } from "./context.ts";

/** 3-domain, "Rules everywhere": kept 24 h. */
const keptHours = 24;

/** Forgets answers that no retry can still be waiting for. */
export const forgetAnswers: Job = ({ reads }) => forgetOutcomes(reads, keptHours);
