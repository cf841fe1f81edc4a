import { postTask } from "../../../src/market/post-task.ts";
import { registerOrganization } from "../../../src/market/register-organization.ts";
import type { Currency } from "../../../src/model/money.ts";
import type { Visibility } from "../../../src/model/task.ts";
import { makeApiKey, storedHalf } from "../../../src/wire/shared/api-keys.ts";
import type { TestHouse } from "../../support/test-house.ts";

/** An organization with a wallet in USD and a key of the kind that the native door issues. */
export async function organizationOf(house: TestHouse, grantCents = 100_000): Promise<{ id: string; key: string }> {
  const key = makeApiKey("native");
  const { party } = await house.app.engine.execute(registerOrganization, {
    name: "Organization",
    shortId: "xK3mP",
    key: storedHalf(key, "member", "test"),
    grantCents,
  });
  return { id: party.id, key };
}

export interface EngineTask {
  readonly posterId: string;
  readonly currency?: Currency;
  readonly visibility?: Visibility;
  readonly title?: string;
  readonly requiredCapabilities?: readonly string[];
}

/** A task that comes from behind another door: in other money, or private. Returns its id. */
export async function postThroughEngine(house: TestHouse, options: EngineTask): Promise<string> {
  const { task } = await house.app.engine.execute(postTask, {
    intake: "claim",
    visibility: "public",
    title: "From another door",
    description: "What is to be done.",
    agentId: null,
    category: "general",
    instructions: null,
    expectedOutput: null,
    tags: [],
    requiredCapabilities: [],
    currency: "usd",
    budget: 30,
    allowance: null,
    spender: null,
    feeBasisPoints: 1_000,
    reviewPolicy: "auto",
    reviewHours: 72,
    maxRevisions: 3,
    timeLimitMinutes: 60,
    expiresInHours: 24,
    ...options,
  });
  return task.id;
}
