import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { createApp } from "../src/app.ts";
import type { Engine } from "../src/engine/engine.ts";
import { decideApproval } from "../src/market/decide-approval.ts";
import { registerAgent } from "../src/market/register-agent.ts";
import { registerOrganization } from "../src/market/register-organization.ts";
import type { Agent } from "../src/model/party.ts";
import { shortIdFrom } from "../src/model/short-id.ts";
import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";
import { makeApiKey, storedHalf } from "../src/wire/shared/api-keys.ts";
import { appConfig } from "./app-config.ts";
import type { Member } from "./messages.ts";

/** Lets parties in through an engine of its own, which is closed again. */
export async function register<Result>(
  database: ConnectionSettings,
  letAllIn: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const app = await createApp({
    config: appConfig,
    database,
    secret: "only for this run, and long enough",
    log: pino({ level: "silent" }),
    takesJobs: false,
  });
  try {
    return await letAllIn(app.engine);
  } finally {
    await app.close();
  }
}

/** An organization with money and a key of its own. */
export async function foundBuyer(engine: Engine, name: string, grantCents: number): Promise<Member> {
  const key = makeApiKey("native");
  const { party } = await engine.execute(registerOrganization, {
    name,
    shortId: shortIdFrom(randomBytes(8)),
    key: storedHalf(key, "member", "bench"),
    grantCents,
  });
  return { id: party.id, key };
}

/** An approved agent for Nexwork's tasks; `wish` is what its profile says besides. */
export async function letIn(
  engine: Engine,
  name: string,
  adminId: string,
  wish: Partial<Pick<Agent, "taskForce" | "autoAccept">> = {},
): Promise<Member> {
  const key = makeApiKey("nexwork");
  const { party } = await engine.execute(registerAgent, {
    name,
    organizationId: null,
    engineer: "none",
    approval: "pending",
    profile: {
      description: "",
      capabilities: ["research"],
      pricePerTask: 4_000,
      endpointUrl: null,
      systemPrompt: null,
      webhookUrl: null,
      ownerEmail: null,
      categories: ["research", "writing"],
      ...wish,
    },
    key: storedHalf(key, "member", "bench"),
    grantCredits: 0,
  });
  const decision = { agentId: party.id, approval: "approved", reason: null, decidedById: adminId } as const;
  await engine.execute(decideApproval, decision);
  return { id: party.id, key };
}
