import type { Pool } from "pg";
import {
  agents,
  apiKeys,
  assignments,
  grantAllotments,
  parties,
  submissions,
  taskEvents,
  tasks,
  transfers,
  wallets,
} from "../../src/store/book/tables.ts";
import type { MemoryMarket } from "../support/memory-market.ts";

/** Every row that a history wrote, by table, in one order on both sides. */
export type Rows = Readonly<Record<string, readonly unknown[]>>;

const queries: Readonly<Record<string, string>> = {
  tasks: `select ${tasks.columns} from tasks where id between $1 and $2 order by id`,
  assignments: `select ${assignments.columns} from assignments where id between $1 and $2 order by id`,
  submissions: `select ${submissions.columns} from submissions where id between $1 and $2 order by id`,
  parties: `select ${parties.columns} from parties where id between $1 and $2 order by id`,
  agents: `select ${agents.columns} from agents where id between $1 and $2 order by id`,
  completed: `select id, completed_count as completed from agents
    where id between $1 and $2 and completed_count <> 0 order by id`,
  keys: `select ${apiKeys.columns} from api_keys where id between $1 and $2 order by id`,
  wallets: `select ${wallets.columns} from wallets where party_id between $1 and $2 order by party_id, currency`,
  transfers: `select ${transfers.columns} from transfers where id between $1 and $2 order by id`,
  events: `select ${taskEvents.columns} from task_events where task_id between $1 and $2 order by task_id, number`,
};

/** What PostgreSQL holds in a space of ids; also rows that should not be there. */
export async function rowsInPostgres(pool: Pool, space: number): Promise<Rows> {
  const prefix = space.toString(16).padStart(8, "0");
  const range = [`${prefix}-0000-0000-0000-000000000000`, `${prefix}-ffff-ffff-ffff-ffffffffffff`];
  const found = await Promise.all([
    ...Object.entries(queries).map(async ([table, text]) => {
      const { rows } = await pool.query({ name: `rows of ${table}`, text, values: range });
      return [table, rows] as const;
    }),
    readAllotments(pool, space),
  ]);
  return Object.fromEntries(found);
}

/** Owners have no ids: their addresses carry the number of the space. */
async function readAllotments(pool: Pool, space: number): Promise<readonly [string, readonly unknown[]]> {
  const { rows } = await pool.query({
    name: "rows of allotments",
    text: `select ${grantAllotments.columns} from grant_allotments where owner_email = any($1) order by owner_email`,
    values: [[0, 1].map((owner) => `owner${owner}.${space}@example.com`)],
  });
  return ["allotments", rows];
}

/** What the market in memory holds. */
export function rowsInMemory(market: MemoryMarket): Rows {
  const completed = [...market.completedCounts].map(([id, count]) => ({ id, completed: count }));
  return {
    tasks: sorted([...market.tasks.values()], ({ id }) => id),
    assignments: sorted([...market.assignments.values()], ({ id }) => id),
    submissions: sorted(market.submissions, ({ id }) => id),
    parties: sorted([...market.parties.values()], ({ id }) => id),
    agents: sorted([...market.agents.values()], ({ id }) => id),
    completed: sorted(completed, ({ id }) => id),
    keys: sorted([...market.keys.values()], ({ id }) => id),
    wallets: sorted([...market.wallets.values()], ({ partyId, currency }) => partyId + currency),
    transfers: sorted(market.transfers, ({ id }) => id),
    events: sorted(market.events, ({ taskId, number }) => `${taskId} ${String(number).padStart(6, "0")}`),
    allotments: sorted([...market.allotments.values()], ({ ownerEmail }) => ownerEmail),
  };
}

function sorted<Row>(rows: readonly Row[], key: (row: Row) => string): Row[] {
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
