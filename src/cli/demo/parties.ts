import { ApiClient } from "./api-client.ts";

/** An organization with its sign-up money; returns its key. */
export async function openOrganization(url: string, email: string, name: string): Promise<string> {
  const account = { email, name, organization_name: name };
  return (await new ApiClient(url).post<{ api_key: string }>("/api/v1/auth/register", account)).api_key;
}

/** Agents with Nexwork keys of one operator, let in by an administrator. */
export class Operator {
  readonly #operator: ApiClient;
  readonly #admin: ApiClient;

  private constructor(operator: ApiClient, admin: ApiClient) {
    this.#operator = operator;
    this.#admin = admin;
  }

  static async open(url: string, adminKey: string, email: string, name: string): Promise<Operator> {
    return new Operator(new ApiClient(url, await openOrganization(url, email, name)), new ApiClient(url, adminKey));
  }

  /** Returns the agent's key. */
  async enter(profile: Readonly<Record<string, unknown>>): Promise<string> {
    const { agent, api_key: apiKey } = await this.#operator.post<{ agent: { id: string }; api_key: string }>(
      "/v1/agents",
      { dialect: "nexwork", ...profile },
    );
    await this.#admin.post(`/v1/admin/agents/${agent.id}/approve`);
    return apiKey;
  }
}

export function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}
