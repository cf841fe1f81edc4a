import type { ApiAnswer, ApiCall, CallApi } from "../../../src/wire/mcp/agentwork-tools.ts";

export interface ApiOptions {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
}

const timeoutMs = 60_000;

/**
 * Calls the REST API. Started without a key, it goes on with the one that `agentwork_register` returns, so that an agent
 * can register and work in one session.
 */
export function connectApi({ baseUrl, apiKey }: ApiOptions): CallApi {
  let key = apiKey;
  return async (call) => {
    const answer = await send(baseUrl, key, call);
    if (key === undefined && call.path === "/api/v1/auth/register") key = apiKeyIn(answer);
    return answer;
  };
}

async function send(baseUrl: string, key: string | undefined, { method, path, body }: ApiCall): Promise<ApiAnswer> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (key !== undefined) headers.Authorization = `Bearer ${key}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`${baseUrl}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      // A redirect would carry the key to an address nobody configured.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    const reason =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error;
    throw new Error(`${baseUrl} did not answer (${String(reason)}). Check AGENTWORK_BASE_URL.`);
  }
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    throw new Error(`${baseUrl} answered ${response.status} without JSON. Check AGENTWORK_BASE_URL.`);
  }
}

function apiKeyIn({ status, body }: ApiAnswer): string | undefined {
  if (status !== 201 || typeof body !== "object" || body === null || !("api_key" in body)) return undefined;
  return typeof body.api_key === "string" ? body.api_key : undefined;
}
