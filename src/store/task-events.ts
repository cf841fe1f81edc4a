import type { Pool } from "pg";
import type { TaskEvent } from "../model/events.ts";
import type { Id } from "../model/ids.ts";
import { taskEvents } from "./book/tables.ts";
import { coalesce } from "./coalesce.ts";

/** Which part of a task's history: what came after event number `after`, the oldest first. */
export interface EventsWanted {
  readonly taskId: Id;
  readonly after: number;
}

/** Reads pages of at most `pageSize` events of many tasks in one query. A task without any is absent. */
export async function readEventPages(
  pool: Pool,
  wanted: readonly EventsWanted[],
  pageSize: number,
): Promise<Map<Id, TaskEvent[]>> {
  const { rows } = await pool.query<TaskEvent>({
    name: "event_pages",
    text: `select e.* from unnest($1::uuid[], $2::integer[]) as w(task_id, after)
      cross join lateral (
        select ${taskEvents.columns} from task_events
        where task_id = w.task_id and number > w.after order by number limit $3) e
      order by e."taskId", e.number`,
    values: [wanted.map((each) => each.taskId), wanted.map((each) => each.after), pageSize],
  });
  const pages = new Map<Id, TaskEvent[]>();
  for (const event of rows) {
    const page = pages.get(event.taskId);
    if (page === undefined) pages.set(event.taskId, [event]);
    else page.push(event);
  }
  return pages;
}

/** Single pages; those asked for at the same time by several readers of one place are read once. */
export function eventPageReader(
  pool: Pool,
  pageSize: number,
): (wanted: EventsWanted) => Promise<readonly TaskEvent[] | undefined> {
  const keyOf = ({ taskId, after }: EventsWanted): string => `${taskId} ${after}`;
  return coalesce<EventsWanted, readonly TaskEvent[]>(
    keyOf,
    async (wanted) => {
      // A query answers one place per task; more places of one task are rare and take a query each.
      const pages = new Map<string, readonly TaskEvent[]>();
      for (const round of distinctTasks(wanted)) {
        const found = await readEventPages(pool, round, pageSize);
        for (const each of round) {
          const page = found.get(each.taskId);
          if (page !== undefined) pages.set(keyOf(each), page);
        }
      }
      return pages;
    },
    { maxBatchSize: 64 },
  );
}

function distinctTasks(wanted: readonly EventsWanted[]): EventsWanted[][] {
  const rounds: Map<Id, EventsWanted>[] = [];
  for (const each of wanted) {
    const round = rounds.find((taken) => !taken.has(each.taskId));
    if (round === undefined) rounds.push(new Map([[each.taskId, each]]));
    else round.set(each.taskId, each);
  }
  return rounds.map((round) => [...round.values()]);
}
