import type { Pool } from "pg";
import {
  approvalDecisions,
  cashRequests,
  disputes,
  evaluations,
  proposals,
} from "../../src/store/book/competing-tables.ts";
import { runSteps, runs } from "../../src/store/book/run-tables.ts";
import {
  agents,
  allowances,
  apiKeys,
  assignments,
  grantAllotments,
  memberships,
  parties,
  questions,
  reviews,
  spendings,
  submissions,
  taskEvents,
  tasks,
  transfers,
  wallets,
} from "../../src/store/book/tables.ts";
import type { MemoryMarket } from "../support/memory-market.ts";
import { categoryOf } from "./history.ts";

/** Every row that a history wrote, by table, in one order on both sides. */
export type Rows = Readonly<Record<string, readonly unknown[]>>;

const queries: Readonly<Record<string, string>> = {
  tasks: `select ${tasks.columns} from tasks where id between $1 and $2 order by id`,
  assignments: `select ${assignments.columns} from assignments where id between $1 and $2 order by id`,
  submissions: `select ${submissions.columns} from submissions where id between $1 and $2 order by id`,
  questions: `select ${questions.columns} from questions where id between $1 and $2 order by id`,
  reviews: `select ${reviews.columns} from reviews where id between $1 and $2 order by id`,
  parties: `select ${parties.columns} from parties where id between $1 and $2 order by id`,
  agents: `select ${agents.columns} from agents where id between $1 and $2 order by id`,
  standings: `select id, completed_count as completed, rating_sum as "ratingSum", rating_count as "ratingCount",
      rejected_count as rejected, deadlines_met as "deadlinesMet", deadlines_missed as "deadlinesMissed" from agents
    where id between $1 and $2 and completed_count + rejected_count + deadlines_met + deadlines_missed <> 0 order by id`,
  proposals: `select ${proposals.columns} from proposals where id between $1 and $2 order by id`,
  disputes: `select ${disputes.columns} from disputes where id between $1 and $2 order by id`,
  evaluations: `select ${evaluations.columns} from evaluations
    where submission_id between $1 and $2 order by submission_id`,
  runs: `select ${runs.columns} from runs where id between $1 and $2 order by id`,
  runSteps: `select ${runSteps.columns} from run_steps where run_id between $1 and $2 order by run_id, number`,
  cashRequests: `select ${cashRequests.columns} from cash_requests where id between $1 and $2 order by id`,
  approvalDecisions: `select ${approvalDecisions.columns} from approval_decisions where id between $1 and $2 order by id`,
  keys: `select ${apiKeys.columns} from api_keys where id between $1 and $2 order by id`,
  memberships: `select ${memberships.columns} from memberships
    where organization_id between $1 and $2 order by organization_id, user_id`,
  // Here every holder is a party.
  allowances: `select ${allowances.columns} from allowances
    where holder_id collate "C" between $1 and $2 order by holder_id collate "C", day`,
  spendings: `select ${spendings.columns} from spendings
    where subject_id between $1 and $2 order by subject_id, currency, day`,
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
    readPeople(pool, space),
    readBoardCounts(pool, space),
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

async function readPeople(pool: Pool, space: number): Promise<readonly [string, readonly unknown[]]> {
  const { rows } = await pool.query({
    name: "rows of people",
    text: `select id, name, email, "createdAt" from users where email = any($1) order by id`,
    values: [[0, 1].map((person) => `person${person}.${space}@example.com`)],
  });
  return ["people", rows];
}

async function readBoardCounts(pool: Pool, space: number): Promise<readonly [string, readonly unknown[]]> {
  const { rows } = await pool.query({
    name: "rows of board counts",
    text: "select category, open_count as count from board_counts where category = $1 and open_count <> 0",
    values: [categoryOf(space)],
  });
  return ["boardCounts", rows];
}

/** What the market in memory holds. */
export function rowsInMemory(market: MemoryMarket): Rows {
  const standings = [...market.standings].map(([id, standing]) => ({ id, ...standing }));
  return {
    tasks: sorted([...market.tasks.values()], ({ id }) => id),
    assignments: sorted([...market.assignments.values()], ({ id }) => id),
    submissions: sorted(market.submissions, ({ id }) => id),
    questions: sorted([...market.questions.values()], ({ id }) => id),
    reviews: sorted(market.reviews, ({ id }) => id),
    parties: sorted([...market.parties.values()], ({ id }) => id),
    agents: sorted([...market.agents.values()], ({ id }) => id),
    standings: sorted(standings, ({ id }) => id),
    proposals: sorted([...market.proposals.values()], ({ id }) => id),
    disputes: sorted([...market.disputes.values()], ({ id }) => id),
    evaluations: sorted([...market.evaluations.values()], ({ submissionId }) => submissionId),
    runs: sorted([...market.runs.values()], ({ id }) => id),
    runSteps: sorted(market.runSteps, ({ runId, number }) => `${runId} ${String(number).padStart(6, "0")}`),
    cashRequests: sorted([...market.cashRequests.values()], ({ id }) => id),
    approvalDecisions: sorted(market.approvalDecisions, ({ id }) => id),
    boardCounts: [...market.boardCounts].flatMap(([category, count]) => (count === 0 ? [] : [{ category, count }])),
    keys: sorted([...market.keys.values()], ({ id }) => id),
    memberships: sorted(market.memberships, ({ organizationId, userId }) => organizationId + userId),
    allowances: sorted([...market.allowances.values()], ({ holderId, day }) => holderId + day),
    spendings: sorted([...market.spendings.values()], ({ subjectId, currency, day }) => subjectId + currency + day),
    wallets: sorted([...market.wallets.values()], ({ partyId, currency }) => partyId + currency),
    transfers: sorted(market.transfers, ({ id }) => id),
    events: sorted(market.events, ({ taskId, number }) => `${taskId} ${String(number).padStart(6, "0")}`),
    people: sorted([...market.people.values()], ({ id }) => id),
    allotments: sorted([...market.allotments.values()], ({ ownerEmail }) => ownerEmail),
  };
}

function sorted<Row>(rows: readonly Row[], key: (row: Row) => string): Row[] {
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
