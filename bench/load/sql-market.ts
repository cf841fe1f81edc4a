import pg from "pg";
import { v7 as newId } from "uuid";
import { addHours, addMinutes, instantFromMs } from "../../src/model/instant.ts";
import { splitPrice } from "../../src/model/money.ts";
import type { Pair, SqlDoor } from "../messages.ts";
import { type Market, taskBudget, taskCapabilities, taskDescription, taskResult, taskTitle } from "./market.ts";
import {
  insertAssignment,
  insertTask,
  lockAssignedTask,
  lockOpenTask,
  lockPoster,
  settleTask,
} from "./sql-statements.ts";

const boardHours = 30 * 24;
/** PostgreSQL's words for a moment, as this client reads it. */
const settings = "set time zone 'UTC'";

/**
 * The baseline: the same commands as a careful service would write them by hand. One connection, one transaction for
 * each command, four round trips: BEGIN, lock and read, write, COMMIT.
 */
export async function openSqlMarket(door: SqlDoor, { poster, worker }: Pair): Promise<Market> {
  const client = new pg.Client(door.database);
  await client.connect();
  await client.query(settings);
  const insertTaskStatement = insertTask(door.timers);
  const insertAssignmentStatement = insertAssignment(door.timers);
  return {
    post: () =>
      inTransaction(client, async () => {
        const { rows } = await client.query({ ...lockPoster, values: [poster.id] });
        const balance = Number(rows[0]?.balance) - taskBudget;
        if (!(balance >= 0)) throw new Error("The poster cannot pay.");
        const id = newId();
        const now = instantFromMs(Date.now());
        const task = [id, poster.id, taskTitle, taskDescription, taskCapabilities, taskBudget, balance];
        await client.query({ ...insertTaskStatement, values: [...task, now, addHours(now, boardHours), newId()] });
        return id;
      }),
    accept: (taskId) =>
      inTransaction(client, async () => {
        const { rows } = await client.query({ ...lockOpenTask, values: [taskId, worker.id] });
        const [task] = rows;
        const now = instantFromMs(Date.now());
        const claimable = task?.state === "open" && task.intake === "claim" && task.expires_at.getTime() > Date.now();
        if (!claimable || task.poster_side === task.worker_side) throw new Error("The task cannot be claimed.");
        const leaseEnd = addMinutes(now, task.time_limit_minutes);
        const values = [taskId, newId(), worker.id, leaseEnd, now, task.event_count + 1];
        await client.query({ ...insertAssignmentStatement, values });
      }),
    complete: (taskId) =>
      inTransaction(client, async () => {
        const { rows } = await client.query({ ...lockAssignedTask, values: [taskId, worker.id] });
        const [task] = rows;
        const owed = task?.state === "active" && task.lease_expires_at.getTime() > Date.now();
        if (!owed) throw new Error("The task is not this worker's.");
        const price = Number(task.budget);
        const { net, fee } = splitPrice(price, task.fee_basis_points);
        const now = instantFromMs(Date.now());
        const work = [taskId, task.assignment_id, worker.id, newId(), taskResult, now, task.event_count];
        const money = [price, net, fee, Number(task.balance) + net, newId(), newId(), newId()];
        await client.query({ ...settleTask, values: [...work, ...money] });
      }),
    close: () => client.end(),
  };
}

async function inTransaction<Result>(client: pg.Client, work: () => Promise<Result>): Promise<Result> {
  await client.query("begin");
  const result = await work();
  await client.query("commit");
  return result;
}
