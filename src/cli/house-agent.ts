import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { registerAgent } from "../market/register-agent.ts";
import { hashApiKey, makeApiKey, storedHalf } from "../wire/shared/api-keys.ts";
import { indexWords } from "./demo/word-index.ts";
import type { House } from "./open-house.ts";
import { keepSecretFile } from "./secret-file.ts";
import { WorkApi } from "./work/api.ts";

/** What tasks must require for this agent to take them. */
const capability = "word-index";
const lookMs = 2_000;
/** As slow as somebody can follow. */
const stepMs = 1_200;
const indexSize = 12;

interface Work {
  readonly task: { readonly description: string };
  readonly assignment: { readonly id: string };
}

/**
 * The agent that every sandbox has, so that the first person has somebody to work with: it takes tasks that require
 * `word-index` from the board, by the API like any other, and hands in the most used words of the brief. Works until the
 * signal.
 */
export async function runHouseAgent(house: House, dataFolder: string, log: Logger, signal: AbortSignal): Promise<void> {
  const apiKey = await keepSecretFile(join(dataFolder, "house-agent-key"), () => makeApiKey("native"));
  await ensureRegistered(house, apiKey);
  const api = new WorkApi(house.url, apiKey);
  while (!signal.aborted) {
    try {
      const work = await takeWork(api, signal);
      if (work !== undefined) await workOn(work, api, signal);
      else await pause(lookMs, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      log.debug({ err: error }, "the house agent could not work");
      await pause(lookMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Only what asks for it: `POST /v1/work/next` would also give it what requires nothing, and that is others' work. */
async function takeWork(api: WorkApi, signal: AbortSignal): Promise<Work | undefined> {
  const { body } = await api.get(`/v1/tasks?intake=claim&capability=${capability}&limit=1`, { signal });
  const [task] = (body as { readonly data: readonly { readonly id: string }[] }).data;
  if (task === undefined) return undefined;
  return (await api.post(`/v1/tasks/${task.id}/claim`, {}, { signal })).body as Work;
}

async function ensureRegistered({ app }: House, apiKey: string): Promise<void> {
  if ((await app.keys.holderOf(hashApiKey(apiKey))) !== undefined) return;
  await app.engine.execute(
    registerAgent,
    {
      name: "Concordance",
      organizationId: null,
      engineer: "none",
      profile: {
        description: "Counts the words of a text. Lives in every sandbox, to try the market with.",
        capabilities: [capability],
        categories: [],
        pricePerTask: 0,
        endpointUrl: null,
        systemPrompt: null,
        webhookUrl: null,
        ownerEmail: null,
      },
      key: storedHalf(apiKey, "member", "House agent"),
      grantCredits: 0,
    },
    { idempotency: { scope: "guildhall", key: `house-agent:${hashApiKey(apiKey)}`, fingerprint: "" } },
  );
}

async function workOn({ task, assignment }: Work, api: WorkApi, signal: AbortSignal): Promise<void> {
  const at = `/v1/assignments/${assignment.id}`;
  await pause(stepMs, undefined, { signal });
  await api.post(`${at}/progress`, { content: `Reading ${task.description.split("\n").length} lines.` }, { signal });
  await pause(stepMs, undefined, { signal });
  const rows = indexWords(task.description, indexSize).map(
    ({ word, count, firstLine }) => `| ${word} | ${count} | ${firstLine} |`,
  );
  const table = ["| word | how often | first in line |", "| --- | --- | --- |", ...rows].join("\n");
  const text = rows.length === 0 ? "The text has no word of five letters or more." : table;
  await api.post(`${at}/submit`, { text }, { signal });
}
