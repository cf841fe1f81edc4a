import type { App } from "../../src/app.ts";
import { askQuestion } from "../../src/market/ask-question.ts";
import { claimTask } from "../../src/market/claim-task.ts";
import { logProgress } from "../../src/market/log-progress.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { EngineerScope } from "../../src/model/party.ts";
import type { QuestionItem } from "../../src/model/question.ts";
import { makeApiKey, storedHalf } from "../../src/wire/shared/api-keys.ts";

export interface EngineerOptions {
  readonly engineer?: EngineerScope;
  readonly organizationId?: string | null;
}

/** A worker behind the Agentwork door, by the market's own commands. */
export class Engineer {
  readonly id: string;
  readonly key: string;
  readonly #app: App;

  private constructor(app: App, id: string, key: string) {
    this.#app = app;
    this.id = id;
    this.key = key;
  }

  static async hire(
    app: App,
    { engineer = "platform", organizationId = null }: EngineerOptions = {},
  ): Promise<Engineer> {
    const key = makeApiKey("native");
    const { party } = await app.engine.execute(registerAgent, {
      name: "Engineer",
      organizationId,
      engineer,
      profile: {
        description: "",
        capabilities: [],
        pricePerTask: 0,
        endpointUrl: null,
        systemPrompt: null,
        webhookUrl: null,
        ownerEmail: null,
        categories: [],
      },
      key: storedHalf(key, "member", "Engineer"),
      grantCredits: 0,
    });
    return new Engineer(app, party.id, key);
  }

  take(taskId: string) {
    return this.#app.engine.execute(claimTask, { taskId, workerId: this.id, heartbeatSeconds: 60 });
  }

  log(taskId: string, content: string) {
    return this.#app.engine.execute(logProgress, { ...this.#on(taskId), content });
  }

  askPlainly(taskId: string, content: string) {
    return this.#app.engine.execute(askQuestion, { ...this.#on(taskId), type: "message", content, items: null });
  }

  ask(taskId: string, items: readonly QuestionItem[]) {
    return this.#app.engine.execute(askQuestion, { ...this.#on(taskId), type: "clarifying", content: null, items });
  }

  submit(taskId: string, text: string, { fileIds = [], links = [] }: { fileIds?: string[]; links?: string[] } = {}) {
    return this.#app.engine.execute(submitWork, { ...this.#on(taskId), text, fileIds, links });
  }

  #on(taskId: string) {
    return { taskId, workerId: this.id };
  }
}
