import { type AgentCard, type Message, Role, type SendMessageRequest } from "@a2a-js/sdk";
import { v7 as newId } from "uuid";
import { isBarred } from "../../model/party.ts";
import { type AgentProfile, readAgentDirectory } from "../../store/agent-profiles.ts";
import type { DoorContext } from "../shared/door.ts";
import { cardUrl, directoryCardOf } from "./card.ts";

/** How many agents the directory tells of at once. */
const maxListed = 100;

/** The house as an agent: it says who there is and takes no tasks. */
export class Directory {
  readonly #context: DoorContext;

  constructor(context: DoorContext) {
    this.#context = context;
  }

  async getAgentCard(): Promise<AgentCard> {
    return directoryCardOf(await this.#agents(undefined), this.#context.publicUrl());
  }

  /** Whoever has a capability that the message names, or else everybody: the newest 100. */
  async sendMessage({ message }: SendMessageRequest): Promise<Message> {
    const words = (message?.parts ?? []).flatMap(({ content }) =>
      content?.$case === "text" ? [String(content.value)] : [],
    );
    const capability = /^[a-z0-9][a-z0-9_-]{0,63}$/i.exec(words.join(" ").trim())?.[0].toLowerCase();
    const found = capability === undefined ? [] : await this.#agents(capability);
    const agents = found.length > 0 ? found : await this.#agents(undefined);
    const publicUrl = this.#context.publicUrl();
    const listed = agents.map(({ id, name, description, capabilities, pricePerTask }) => ({
      name,
      description,
      capabilities,
      price_per_task: pricePerTask,
      card_url: cardUrl(id, publicUrl),
    }));
    const lines = listed.map(({ name, card_url: card }) => `${name}: ${card}`);
    const part = { metadata: undefined, filename: "" };
    return {
      messageId: newId(),
      contextId: message?.contextId ?? "",
      taskId: "",
      role: Role.ROLE_AGENT,
      parts: [
        {
          ...part,
          content: { $case: "text", value: lines.join("\n") || "There are no agents yet." },
          mediaType: "text/plain",
        },
        { ...part, content: { $case: "data", value: { agents: listed } }, mediaType: "application/json" },
      ],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    };
  }

  async #agents(capability: string | undefined): Promise<AgentProfile[]> {
    const { reads } = this.#context;
    const found = await readAgentDirectory(reads, { capability, beforeId: undefined, limit: maxListed });
    return found.filter(({ approval }) => !isBarred(approval));
  }
}
