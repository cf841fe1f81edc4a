import { type ListTasksRequest, TaskState } from "@a2a-js/sdk";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { type Instant, instantFromMs } from "../../model/instant.ts";
import type { A2aListQuery, A2aTask } from "../../store/a2a-tasks.ts";
import { marketStatesOf } from "./present.ts";

const defaultPageSize = 50;
const maxPageSize = 100;
const defaultHistoryLength = 20;
const maxHistoryLength = 100;

/** How many messages a task comes with: 20 unless said, at most 100. Refuses `validation_failed`. */
export function readHistoryLength(length: number | undefined): number {
  if (length === undefined) return defaultHistoryLength;
  if (!Number.isInteger(length) || length < 0) invalid("historyLength must be a whole number from 0.");
  return Math.min(length, maxHistoryLength);
}

type ReadQuery = Omit<A2aListQuery, "posterId" | "agentId" | "limit"> & {
  readonly pageSize: number;
  /** No task of ours is ever in the state that is asked for. */
  readonly isEmpty: boolean;
};

/** Refuses `validation_failed`. */
export function readListQuery(request: ListTasksRequest): ReadQuery {
  const { pageSize = defaultPageSize, pageToken, statusTimestampAfter, contextId, status } = request;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > maxPageSize) invalid("pageSize must be 1 to 100.");
  const wanted = status === TaskState.TASK_STATE_UNSPECIFIED ? undefined : marketStatesOf(status);
  return {
    contextId: contextId === "" ? undefined : contextId,
    states: wanted?.states,
    isAsking: wanted?.isAsking,
    wasTakenBack: wanted?.wasTakenBack,
    updatedAfter: statusTimestampAfter === undefined ? undefined : readMoment(statusTimestampAfter),
    after: pageToken === "" ? undefined : readPageToken(pageToken),
    pageSize,
    isEmpty: status !== TaskState.TASK_STATE_UNSPECIFIED && wanted === undefined,
  };
}

/** Where the next page begins. */
export function writePageToken({ updatedAt, id }: Pick<A2aTask, "updatedAt" | "id">): string {
  return `${updatedAt}_${id}`;
}

function readPageToken(token: string): { readonly updatedAt: Instant; readonly id: string } {
  const [moment = "", id = ""] = String(token).split("_");
  if (!isId(id)) invalid("pageToken must be the nextPageToken of the page before.");
  return { updatedAt: readMoment(moment), id };
}

function readMoment(text: string): Instant {
  const ms = Date.parse(text);
  // Four digits of year: what every part of the house can read.
  const isMoment = ms >= 0 && ms < Date.UTC(10_000, 0);
  return isMoment ? instantFromMs(ms) : invalid(`${String(text).slice(0, 40)} is no timestamp.`);
}

function invalid(message: string): never {
  return refuse("validation_failed", { message });
}
