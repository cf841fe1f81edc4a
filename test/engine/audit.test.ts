import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cancelTask } from "../../src/market/cancel-task.ts";
import type { Id } from "../../src/model/ids.ts";
import { auditLedger } from "../../src/store/audit.ts";
import { EngineStage, keyed } from "../support/engine-stage.ts";
import { type AuditCase, type CompetitionRows, competeAndPay, competitionCases } from "./competing-audit-cases.ts";
import { leadTeam, type TeamRows, teamCases } from "./team-audit-cases.ts";

let stage: EngineStage;
let row: Readonly<Record<"poster" | "worker" | "open" | "working" | "completed" | "cancelled", Id>>;
let competition: CompetitionRows;
let team: TeamRows;
/** A single connection: what it has not committed is there for whoever uses it next, and gone when it rolls back. */
let intruder: pg.Pool;

beforeAll(async () => {
  stage = await EngineStage.open();
  const [poster, worker] = [await stage.agent({ grantCredits: 1_000 }), await stage.agent()];
  const cancelled = await stage.openTask(poster);
  await stage.engine.execute(cancelTask, { taskId: cancelled, posterId: poster }, keyed("cancel"));
  row = {
    poster,
    worker,
    cancelled,
    open: await stage.openTask(poster),
    working: await stage.claimedTask(poster, worker),
    completed: await stage.completedTask(poster, worker),
  };
  competition = await competeAndPay(stage);
  team = await leadTeam(stage);
  intruder = new pg.Pool({ ...stage.testDatabase.address, max: 1 });
});
afterEach(() => intruder.query("rollback"));
afterAll(async () => {
  await intruder.end();
  await stage.close();
});

/** Every rule that is broken, with what the audit says of it. The audit ends by rolling back, the tampering with it. */
async function brokenRules(): Promise<Record<string, string>> {
  const report = await auditLedger(intruder);
  const broken = report.rules.flatMap(({ rule, violation }) =>
    violation === null ? [] : [[rule, violation] as const],
  );
  expect(report.balanced).toBe(broken.length === 0);
  return Object.fromEntries(broken);
}

/** Changes the database as nothing of ours ever would. */
async function tamper(statement: string): Promise<void> {
  await intruder.query("begin isolation level repeatable read");
  await intruder.query(`
    alter table transfers disable trigger transfers_append_only;
    alter table task_events disable trigger task_events_append_only;
    alter table idempotency_keys drop constraint idempotency_keys_pkey`);
  const { rowCount } = await intruder.query(statement);
  expect(rowCount, "the tampering must have hit something").toBeGreaterThan(0);
}

const rule = {
  wallets: "Each wallet holds the sum of its transfers.",
  escrow: "A task's escrow is its budget while it is undecided and zero once it is final.",
  currency: "Money of a task moves in the task's currency.",
  sumsToZero: "All accounts of a currency sum to zero.",
  price:
    "A completed task paid its price: the net to its one accepted worker, the fee to the platform, the rest back; one on an allowance moved no money.",
  refund: "A cancelled or expired task gave its whole budget back to its poster.",
  winner: "A completed task has exactly one accepted assignment, a disputed one at most one, any other task none.",
  bound: "A task is in work or review exactly while a worker is bound to it, and a claimed task by one only.",
  orphans: "Every assignment, submission and event belongs to a task.",
  events: "A task's events are numbered without gaps.",
  keys: "Every command key was applied at most once.",
};

const cases: readonly AuditCase[] = [
  ...competitionCases(() => competition),
  ...teamCases(() => team),
  [
    "a wallet row raised by one",
    rule.wallets,
    () => `update wallets set balance = balance + 1 where party_id = '${row.worker}'`,
    () => `party:${row.worker}:credits`,
  ],
  [
    "a wallet row that is gone",
    rule.wallets,
    () => `delete from wallets where party_id = '${row.worker}'`,
    () => `party:${row.worker}:credits`,
  ],
  [
    "a wallet row that no transfer ever filled",
    rule.wallets,
    () => `insert into wallets values ('${row.worker}', 'usd', 5)`,
    () => `party:${row.worker}:usd`,
  ],
  [
    "a transfer that is gone",
    rule.wallets,
    () => `delete from transfers where kind = 'grant' and credit = 'party:${row.worker}:credits'`,
    () => `party:${row.worker}:credits`,
  ],
  [
    "a transfer whose amount was changed",
    rule.escrow,
    () => `update transfers set amount = amount - 1 where kind = 'hold' and task_id = '${row.open}'`,
    () => row.open,
  ],
  [
    "a task whose budget was changed",
    rule.escrow,
    () => `update tasks set budget = budget + 1 where id = '${row.open}'`,
    () => row.open,
  ],
  [
    "an ended task that is open again",
    rule.escrow,
    () => `update tasks set state = 'open' where id = '${row.cancelled}'`,
    () => row.cancelled,
  ],
  [
    "an escrow of a task that is not there",
    rule.escrow,
    () => `delete from tasks where id = '${row.open}'`,
    () => `escrow:${row.open}`,
  ],
  [
    "a transfer in another currency",
    rule.currency,
    () => `update transfers set currency = 'usd' where kind = 'refund' and task_id = '${row.cancelled}'`,
    () => row.cancelled,
  ],
  [
    "a refund that went to somebody else",
    rule.refund,
    () =>
      `update transfers set credit = 'party:${row.worker}:credits' where kind = 'refund' and task_id = '${row.cancelled}'`,
    () => row.cancelled,
  ],
  [
    "a worker who was paid a credit too much, at the platform's cost",
    rule.price,
    () => `update transfers set amount = amount + case kind when 'payment' then 1 else -1 end
      where kind in ('payment', 'fee') and task_id = '${row.completed}'`,
    () => row.completed,
  ],
  [
    "a completed task without a price",
    rule.price,
    () => `update tasks set price = null where id = '${row.completed}'`,
    () => row.completed,
  ],
  [
    "a payment that went to somebody else",
    rule.price,
    () => `update transfers set credit = 'party:${row.poster}:credits'
      where kind = 'payment' and task_id = '${row.completed}'`,
    () => row.completed,
  ],
  [
    "a fee that went to somebody else than the platform",
    rule.price,
    () => `update transfers set credit = 'party:${row.poster}:credits'
      where kind = 'fee' and task_id = '${row.completed}'`,
    () => row.completed,
  ],
  [
    "money of a completed task that came from elsewhere than its escrow",
    rule.price,
    () => `update transfers set debit = 'platform:grants' where kind = 'payment' and task_id = '${row.completed}'`,
    () => row.completed,
  ],
  [
    "two winners",
    rule.winner,
    () => `insert into assignments select '${row.open}', task_id, worker_id, state, null, created_at, ended_at
      from assignments where task_id = '${row.completed}'`,
    () => row.completed,
  ],
  [
    "a winner of a task that is not completed",
    rule.winner,
    () => `update assignments set state = 'accepted' where task_id = '${row.working}'`,
    () => row.working,
  ],
  [
    "a task in work that nobody works on",
    rule.bound,
    () => `update assignments set state = 'lapsed' where task_id = '${row.working}'`,
    () => row.working,
  ],
  [
    "two workers bound to one task",
    rule.bound,
    () => `insert into assignments select '${row.open}', task_id, worker_id, state, null, created_at, ended_at
      from assignments where task_id = '${row.working}'`,
    () => row.working,
  ],
  [
    "an event of a task that is not there",
    rule.orphans,
    () => `update task_events set task_id = '${row.worker}' where task_id = '${row.open}'`,
    () => row.worker,
  ],
  [
    "an assignment of a task that is not there",
    rule.orphans,
    () => `update assignments set task_id = '${row.worker}' where task_id = '${row.working}'`,
    () => row.worker,
  ],
  [
    "a submission of a task that is not there",
    rule.orphans,
    () => `update submissions set task_id = '${row.worker}' where task_id = '${row.completed}'`,
    () => row.worker,
  ],
  [
    "an event that is gone",
    rule.events,
    () => `delete from task_events where task_id = '${row.completed}' and number = 3`,
    () => row.completed,
  ],
  [
    "an event with a wrong number",
    rule.events,
    () => `update task_events set number = 9 where task_id = '${row.completed}' and number = 3`,
    () => row.completed,
  ],
  [
    "an event that was added",
    rule.events,
    () => `insert into task_events select task_id, number + 1, type, actor_id, data, at from task_events
      where task_id = '${row.open}'`,
    () => row.open,
  ],
  [
    "an answer stored twice",
    rule.keys,
    () => "insert into idempotency_keys select * from idempotency_keys",
    () => "cancel",
  ],
];

describe("the audit", () => {
  it("finds nothing wrong in a market that was left alone, and says where all of its money is", async () => {
    expect(await brokenRules()).toEqual({});
    expect((await auditLedger(stage.database.reads)).totals).toEqual([
      { currency: "credits", granted: 1_400, deposited: 0, inWallets: 1_347, inEscrow: 50, fees: 3, paidOut: 0 },
      // 1,000,000 dollars, 7 in and 6 out; 50 held in each of five competitions, 40 paid in the sixth;
      // 10 more, of which a project holds 0.70 and has paid 0.30.
      {
        currency: "usd",
        granted: 100_001_000,
        deposited: 700,
        inWallets: 99_975_657,
        inEscrow: 25_040,
        fees: 403,
        paidOut: 600,
      },
    ]);
  });

  it("has a case here for each of its rules but the first, which double entry makes true by itself", async () => {
    const { rules } = await auditLedger(stage.database.reads);
    const tried = new Set(cases.map(([, broken]) => broken));
    expect(rules.map((each) => each.rule).filter((each) => !tried.has(each))).toEqual([rule.sumsToZero]);
  });

  it.each(cases)("finds %s", async (_what, broken, statement, names) => {
    await tamper(statement());
    expect(await brokenRules()).toMatchObject({ [broken]: expect.stringContaining(names()) });
    expect(await brokenRules(), "the next case begins with a market that was left alone").toEqual({});
  });
});

describe("the database itself", () => {
  it.each(["transfers", "task_events"])("refuses to change or delete rows of %s", async (table) => {
    const client = await stage.client();
    const refusal = `${table} rows are inserted, never changed`;
    await expect(client.query(`delete from ${table}`)).rejects.toThrow(refusal);
    await expect(client.query(`update ${table} set at = now()`)).rejects.toThrow(refusal);
  });

  it("refuses a wallet below zero", async () => {
    const client = await stage.client();
    await expect(client.query("update wallets set balance = -1")).rejects.toThrow("wallets_balance_check");
  });
});
