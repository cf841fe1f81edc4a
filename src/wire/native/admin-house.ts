import { Type } from "@fastify/type-provider-typebox";
import { type AuditReport, auditLedger } from "../../store/audit.ts";
import { readDatabaseHealth, readWaitingForAdmins } from "../../store/house-health.ts";
import { readNodes } from "../../store/nodes.ts";
import type { Route } from "../shared/door.ts";
import { presentSandbox } from "../shared/sandbox-health.ts";
import { adminOnly } from "./caller.ts";
import { answers, Currency, Id, Moment, NullableText, nullable } from "./schemas.ts";

/** The house as those see it who look after it. */

const Audit = Type.Object({
  balanced: Type.Boolean({ description: "Whether every rule holds" }),
  taken_at: Moment,
  took_ms: Type.Integer(),
  totals: Type.Array(
    Type.Object(
      {
        currency: Currency,
        granted: Type.Integer(),
        deposited: Type.Integer(),
        in_wallets: Type.Integer(),
        in_escrow: Type.Integer(),
        fees: Type.Integer(),
        paid_out: Type.Integer(),
      },
      { description: "granted + deposited = in_wallets + in_escrow + fees + paid_out" },
    ),
  ),
  rules: Type.Array(
    Type.Object({
      rule: Type.String(),
      violation: Type.Unsafe<string | null>({
        type: ["string", "null"],
        description: "The first row that breaks it; null: it holds",
      }),
    }),
  ),
});

interface TakenAudit {
  readonly report: AuditReport;
  readonly takenAt: string;
  readonly tookMs: number;
}

/**
 * GET /v1/admin/audit – every rule of the ledger proved against one view of the database. A large ledger takes its time;
 * who asks meanwhile is given the same proof. 200 · 401 · 403.
 */
export const auditMarket: Route = (app, { reads, clock }) => {
  let underWay: Promise<TakenAudit> | undefined;
  const take = async (): Promise<TakenAudit> => {
    const [takenAt, beganMs] = [clock(), performance.now()];
    const report = await auditLedger(reads);
    return { report, takenAt, tookMs: Math.round(performance.now() - beganMs) };
  };
  app.get(
    "/v1/admin/audit",
    {
      ...adminOnly,
      schema: {
        operationId: "auditMarket",
        summary: "Prove the ledger: every rule, and where all money is",
        tags: ["admin"],
        response: answers(200, Audit),
      },
    },
    async () => {
      underWay ??= take().finally(() => {
        underWay = undefined;
      });
      const { report, takenAt, tookMs } = await underWay;
      return {
        balanced: report.balanced,
        taken_at: takenAt,
        took_ms: tookMs,
        totals: report.totals.map(({ currency, granted, deposited, inWallets, inEscrow, fees, paidOut }) => ({
          ...{ currency, granted, deposited, fees },
          in_wallets: inWallets,
          in_escrow: inEscrow,
          paid_out: paidOut,
        })),
        rules: report.rules.map(({ rule, violation }) => ({ rule, violation })),
      };
    },
  );
};

/** After so long without a word a server's jobs are given to others. */
const silentSeconds = 15;

const NodeView = Type.Object({
  id: Id,
  started_at: Moment,
  heartbeat_at: Moment,
  alive: Type.Boolean(),
  running_jobs: Type.Integer(),
});

/** GET /v1/admin/nodes – the servers that take jobs, the newest first. 200 · 401 · 403. */
export const listNodes: Route = (app, { reads }) => {
  app.get(
    "/v1/admin/nodes",
    {
      ...adminOnly,
      schema: {
        operationId: "listNodes",
        summary: "The servers that take jobs, and when each was last heard of",
        tags: ["admin"],
        response: answers(200, Type.Object({ data: Type.Array(NodeView) })),
      },
    },
    async () => ({
      data: (await readNodes(reads, silentSeconds)).map(({ id, startedAt, heartbeatAt, isAlive, runningJobs }) => ({
        id,
        started_at: startedAt,
        heartbeat_at: heartbeatAt,
        alive: isAlive,
        running_jobs: runningJobs,
      })),
    }),
  );
};

const Health = Type.Object({
  database: Type.Object({
    version: Type.String(),
    size_bytes: Type.Integer(),
    connections: Type.Integer(),
    max_connections: Type.Integer(),
    started_at: Moment,
    answered_in_ms: Type.Number(),
  }),
  server: Type.Object(
    {
      node_version: Type.String(),
      uptime_seconds: Type.Integer(),
      memory_bytes: Type.Integer(),
      queued_commands: Type.Integer({ description: "Commands that wait for the next batch" }),
    },
    { description: "The process that answers this" },
  ),
  executors: Type.Object(
    {
      unusable: Type.Array(Type.Object({ kind: Type.String(), reason: Type.String() })),
      sandbox: nullable(Type.Object({ holds: Type.Boolean(), limited_by: NullableText, refusal: NullableText })),
    },
    { description: "Which agents this process can run; sandbox is null where it runs none" },
  ),
  waiting: Type.Object(
    { agents: Type.Integer(), disputes: Type.Integer(), deposits: Type.Integer(), payouts: Type.Integer() },
    { description: "What waits for an administrator" },
  ),
});

/** GET /v1/admin/health – 200 · 401 · 403. */
export const getHealth: Route = (app, { reads, engine, unusableExecutors, sandbox }) => {
  app.get(
    "/v1/admin/health",
    {
      ...adminOnly,
      schema: {
        operationId: "getHealth",
        summary: "How the database and this server are, and what waits for an administrator",
        tags: ["admin"],
        response: answers(200, Health),
      },
    },
    async () => {
      const beganMs = performance.now();
      const database = await readDatabaseHealth(reads);
      const answeredInMs = performance.now() - beganMs;
      const waiting = await readWaitingForAdmins(reads);
      return {
        database: {
          version: database.version,
          size_bytes: database.sizeBytes,
          connections: database.connections,
          max_connections: database.maxConnections,
          started_at: database.startedAt,
          answered_in_ms: Math.round(answeredInMs * 10) / 10,
        },
        server: {
          node_version: process.version,
          uptime_seconds: Math.floor(process.uptime()),
          memory_bytes: process.memoryUsage.rss(),
          queued_commands: engine.queueLength,
        },
        executors: {
          unusable: Object.entries(unusableExecutors()).map(([kind, reason]) => ({ kind, reason })),
          sandbox: presentSandbox(sandbox()),
        },
        waiting: { ...waiting },
      };
    },
  );
};
