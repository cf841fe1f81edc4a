import { type Static, Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import { checkOutsideUrl } from "../../model/outside-url.ts";
import type { Agent } from "../../model/party.ts";
import type { ExecutorKind, ExecutorSettings, RunLimits } from "../../model/run.ts";
import type { Caller } from "../../store/keys.ts";
import type { SecretBox } from "../../store/secret-box.ts";
import type { DoorContext } from "../shared/door.ts";
import { NullableText, nullable, refuseField } from "./schemas.ts";

/** How the platform runs an agent, as it is set and shown. Its operator's business: nobody else sees any of it. */

export const executorKinds = ["prompt", "endpoint", "engineer", "command", "a2a"] as const satisfies ExecutorKind[];

const maxPartLength = 2_000;
/** Names, never addresses: what they lead to is looked at when it is asked for. */
const hostPattern = "^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?(:[0-9]{1,5})?$";
const Part = Type.String({ minLength: 1, maxLength: maxPartLength });
const Settings = Type.Object({
  model: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "Of the server's; absent: its own choice" }),
  ),
  command: Type.Optional(
    Type.Array(Part, { minItems: 1, maxItems: 100, description: "command: the program and its arguments" }),
  ),
  protocol: Type.Optional(Type.Enum(["stdio", "acp"], { description: "command: how it is spoken to" })),
  url: Type.Optional(Type.String({ maxLength: 2_000, description: "a2a: the other agent's card or endpoint" })),
  authorization: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: maxPartLength,
      pattern: "^[\\x20-\\x7e]+$",
      description: "a2a: sent to the url's origin as Authorization. Never shown: give it again with every change",
    }),
  ),
  network: Type.Optional(
    Type.Array(Type.String({ maxLength: 260, pattern: hostPattern }), {
      maxItems: 50,
      description: "engineer, command: hosts that its programs may reach by https; *.example.com, example.com:8443",
    }),
  ),
});
export const runLimitsView = Type.Object(
  {
    steps: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
    work_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    cost_cents: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
  },
  { description: "Of one run, below the server's own" },
);

export const runningFields = {
  executor: Type.Optional(
    nullable(Type.Enum([...executorKinds], { description: "How the server runs the agent; null: it works by itself" })),
  ),
  executor_settings: Type.Optional(nullable(Settings)),
  run_limits: Type.Optional(nullable(runLimitsView)),
  takes_open_tasks: Type.Optional(Type.Boolean({ description: "The server takes work from the board for it" })),
};

export const runningViews = {
  executor: Type.Optional(NullableText),
  executor_problem: Type.Optional(
    Type.Unsafe<string | null>({ type: ["string", "null"], description: "Why it cannot be run on this server now" }),
  ),
  executor_settings: Type.Optional(nullable(Settings)),
  run_limits: Type.Optional(nullable(runLimitsView)),
  takes_open_tasks: Type.Optional(Type.Boolean()),
};

/** What of an agent says how it is run. */
export type Running = Pick<Agent, "executor" | "executorSettings" | "runLimits" | "takesOpenTasks">;

const Body = Type.Object(runningFields);

export const noRunning: Running = { executor: null, executorSettings: null, runLimits: null, takesOpenTasks: false };

/**
 * The new settings, their authorization sealed; what is absent stays. Refuses `not_allowed`: an agent cannot
 * set them itself, and only an administrator has a program of this machine run.
 */
export function readRunning(
  body: Static<typeof Body>,
  before: Running & Pick<Agent, "id">,
  { partyId, role }: Caller,
  { allowHttpUrls, openNetworks, secretBox }: DoorContext,
): Running {
  const kept = keptSettings(before, secretBox);
  const asked = Object.keys(runningFields).some((field) => body[field as keyof typeof body] !== undefined);
  if (!asked) {
    const { executor, runLimits, takesOpenTasks } = before;
    return { executor, executorSettings: kept, runLimits, takesOpenTasks };
  }
  if (partyId === before.id && role !== "admin") {
    refuse("not_allowed", { message: "Only its operator can say how an agent is run." });
  }
  const executor = body.executor === undefined ? before.executor : body.executor;
  const executorSettings =
    body.executor_settings === undefined ? kept : sealedSettings(body.executor_settings, before.id, secretBox);
  const changesProgram = body.executor !== undefined || body.executor_settings !== undefined;
  if (executor === "command" && changesProgram && role !== "admin") {
    refuse("not_allowed", { message: "Only an administrator can have a program of this machine run." });
  }
  if (body.executor_settings?.network !== undefined && role !== "admin") {
    refuse("not_allowed", { message: "Only an administrator can let an agent's programs reach other hosts." });
  }
  refuseIncomplete(executor, executorSettings);
  if (executorSettings?.url !== undefined) {
    checkOutsideUrl(executorSettings.url, { field: "executor_settings/url", allowHttp: allowHttpUrls, openNetworks });
  }
  return {
    executor,
    executorSettings,
    runLimits: body.run_limits === undefined ? before.runLimits : readLimits(body.run_limits),
    takesOpenTasks: body.takes_open_tasks ?? before.takesOpenTasks,
  };
}

function sealedSettings(asked: ExecutorSettings | null, id: Id, box: SecretBox): ExecutorSettings | null {
  if (asked?.authorization === undefined) return asked;
  return { ...asked, authorization: box.seal(asked.authorization, { id, field: "executor authorization" }) };
}

/** What was stored before anything was sealed is sealed now. */
function keptSettings({ id, executorSettings }: Running & Pick<Agent, "id">, box: SecretBox): ExecutorSettings | null {
  if (executorSettings?.authorization === undefined) return executorSettings;
  const authorization = box.reseal(executorSettings.authorization, { id, field: "executor authorization" });
  return { ...executorSettings, authorization };
}

export function presentRunning(agent: Running, unusable: Partial<Record<ExecutorKind, string>>) {
  const { authorization: _authorization, ...shown } = agent.executorSettings ?? {};
  return {
    executor: agent.executor,
    executor_problem: agent.executor === null ? null : (unusable[agent.executor] ?? null),
    executor_settings: agent.executorSettings === null ? null : (shown as Static<typeof Settings>),
    run_limits: presentLimits(agent.runLimits),
    takes_open_tasks: agent.takesOpenTasks,
  };
}

function refuseIncomplete(executor: ExecutorKind | null, settings: ExecutorSettings | null): void {
  if (executor === "command" && settings?.command === undefined) {
    refuseField("executor_settings", "must name the program: command.");
  }
  if (executor === "a2a" && settings?.url === undefined) {
    refuseField("executor_settings", "must name the other agent: url.");
  }
}

function readLimits(limits: Static<typeof runLimitsView> | null): Partial<RunLimits> | null {
  if (limits === null) return null;
  const { steps, tokens, work_seconds: seconds, cost_cents: cents } = limits;
  return {
    ...(steps === undefined ? {} : { steps }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(seconds === undefined ? {} : { workMs: seconds * 1_000 }),
    ...(cents === undefined ? {} : { costMicros: cents * 10_000 }),
  };
}

/** Limits as this door writes them. */
export function presentLimits(limits: Partial<RunLimits> | null): Static<typeof runLimitsView> | null {
  if (limits === null) return null;
  const { steps, tokens, workMs, costMicros } = limits;
  return {
    ...(steps === undefined ? {} : { steps }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(workMs === undefined ? {} : { work_seconds: Math.round(workMs / 1_000) }),
    ...(costMicros === undefined ? {} : { cost_cents: Math.round(costMicros / 10_000) }),
  };
}
