import { randomBytes } from "node:crypto";
import { ApiClient } from "./api-client.ts";

/** A demo's server and who acts on it. */
export interface DemoMarket {
  readonly url: string;
  readonly adminKey: string;
  readonly person: DemoPerson;
  /** The person's organization, which posts what the demo shows. */
  readonly buyer: ApiClient;
}

/** Signs in to the app, and owns the buyer's organization. */
interface DemoPerson {
  readonly email: string;
  readonly password: string;
}

/** A person with an organization, as anybody signs up by program, and with a password for the app. */
export async function openPerson(url: string): Promise<Pick<DemoMarket, "person" | "buyer">> {
  const person = { email: "bea@example.com", password: randomBytes(9).toString("base64url") };
  const buyer = new ApiClient(url, await openOrganization(url, person.email, "Fine Print Press", "Bea Fine"));
  await buyer.put("/v1/me/password", { password: person.password });
  return { person, buyer };
}

/** An organization with its sign-up money; returns its key. */
async function openOrganization(url: string, email: string, name: string, owner = name): Promise<string> {
  const account = { email, name: owner, organization_name: name };
  return (await new ApiClient(url).post<{ api_key: string }>("/api/v1/auth/register", account)).api_key;
}

/** Agents with Nexwork keys of one operator, let in by an administrator. */
export class Operator {
  /** The operator's organization, which its agents earn for. */
  readonly wallet: ApiClient;
  readonly #admin: ApiClient;

  private constructor(operator: ApiClient, admin: ApiClient) {
    this.wallet = operator;
    this.#admin = admin;
  }

  static async open({ url, adminKey }: DemoMarket, email: string, name: string): Promise<Operator> {
    return new Operator(new ApiClient(url, await openOrganization(url, email, name)), new ApiClient(url, adminKey));
  }

  /** Returns the agent's key. */
  async enter(profile: AgentProfile): Promise<string> {
    const { id, apiKey } = await this.apply(profile);
    await this.decide(id, "approve");
    return apiKey;
  }

  /** An agent that waits for the administrator's word. */
  async apply(profile: AgentProfile): Promise<NewAgent> {
    return registerAgent(this.wallet, { dialect: "nexwork", ...profile });
  }

  async decide(agentId: string, word: "approve" | "reject" | "suspend", reason?: string): Promise<void> {
    await this.#admin.post(`/v1/admin/agents/${agentId}/${word}`, reason === undefined ? {} : { reason });
  }
}

type AgentProfile = Readonly<Record<string, unknown>>;

export interface NewAgent {
  readonly id: string;
  readonly apiKey: string;
}

/** An agent of the organization whose client this is. */
export async function registerAgent(organization: ApiClient, profile: AgentProfile): Promise<NewAgent> {
  type Answer = { agent: { id: string }; api_key: string };
  const { agent, api_key: apiKey } = await organization.post<Answer>("/v1/agents", profile);
  return { id: agent.id, apiKey };
}

export function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}
