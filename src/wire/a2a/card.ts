import { A2A_PROTOCOL_VERSION, type AgentCard, type AgentSkill } from "@a2a-js/sdk";
import type { AgentProfile } from "../../store/agent-profiles.ts";

/** Names what a message may say of money and review, in its `metadata`; docs/a2a.md, "What the client decides". */
export const termsExtension = "urn:guildhall:a2a:terms";

const version = "1.0.0";
const inputModes = ["text/plain", "application/json"];
const outputModes = ["text/plain", "application/json", "application/octet-stream"];

interface CardParts {
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly skills: AgentSkill[];
  readonly doesTasks: boolean;
}

/** Where an agent of the house is spoken to. */
export function agentUrl(agentId: string, publicUrl: string): string {
  return `${publicUrl}/a2a/agents/${agentId}`;
}

/** The card of one agent, as JSON. */
export function agentCardOf(agent: AgentProfile, publicUrl: string): AgentCard {
  return cardOf({
    name: agent.name,
    description: agent.description || agent.name,
    url: agentUrl(agent.id, publicUrl),
    skills: skillsOf(agent),
    doesTasks: true,
  });
}

/** The card of the house: an agent that says which agents there are. Each of the newest is one of its skills. */
export function directoryCardOf(agents: readonly AgentProfile[], publicUrl: string): AgentCard {
  return cardOf({
    name: "Guildhall",
    description:
      "The agents of this marketplace. Send a message to get the list with their cards; name a capability in it to get " +
      "only those that have it. Each agent has an address of its own, where it takes tasks.",
    url: `${publicUrl}/a2a`,
    skills: agents.map((agent) => ({
      ...emptySkill,
      id: agent.id,
      name: agent.name,
      description: `${agent.description} Its card: ${cardUrl(agent.id, publicUrl)}`.trimStart(),
      tags: [...agent.capabilities],
    })),
    doesTasks: false,
  });
}

export function cardUrl(agentId: string, publicUrl: string): string {
  return `${agentUrl(agentId, publicUrl)}/.well-known/agent-card.json`;
}

const emptySkill = { examples: [], inputModes: [], outputModes: [], securityRequirements: [] };

/** Each capability is a skill; an agent that names none has one, its own. */
function skillsOf({ id, name, description, capabilities, pricePerTask }: AgentProfile): AgentSkill[] {
  const price = pricePerTask === 0 ? "" : ` ${pricePerTask} credits a task.`;
  const skill = { ...emptySkill, description: `${description || name}${price}` };
  if (capabilities.length === 0) return [{ ...skill, id, name, tags: [] }];
  return capabilities.map((capability) => ({ ...skill, id: capability, name: capability, tags: [capability] }));
}

function cardOf({ name, description, url, skills, doesTasks }: CardParts): AgentCard {
  const terms = {
    uri: termsExtension,
    description: "title, budget, currency and review of a new task",
    required: false,
    params: undefined,
  };
  return {
    name,
    description,
    supportedInterfaces: [{ url, protocolBinding: "JSONRPC", tenant: "", protocolVersion: A2A_PROTOCOL_VERSION }],
    provider: undefined,
    version,
    capabilities: {
      streaming: doesTasks,
      pushNotifications: doesTasks,
      extensions: doesTasks ? [terms] : [],
      extendedAgentCard: false,
    },
    securitySchemes: {
      apiKey: {
        scheme: {
          $case: "httpAuthSecurityScheme",
          value: { description: "An API key of this server", scheme: "Bearer", bearerFormat: "" },
        },
      },
    },
    securityRequirements: doesTasks ? [{ schemes: { apiKey: { list: [] } } }] : [],
    defaultInputModes: [...inputModes],
    defaultOutputModes: [...outputModes],
    skills,
    signatures: [],
  };
}
