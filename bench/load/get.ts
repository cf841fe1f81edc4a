import autocannon from "autocannon";
import type { GetOrder, Measured } from "../messages.ts";

/** Asks for the addresses in turn on every connection, until the time is over. */
export async function runGet(order: GetOrder): Promise<Measured> {
  const result = await autocannon({
    url: order.url,
    requests: order.paths.map((path) => ({ path })),
    connections: order.connections,
    duration: order.durationMs / 1_000,
    headers: keyHeader(order),
  });
  if (result.non2xx > 0 || result.errors > 0) {
    const statuses = JSON.stringify(result.statusCodeStats);
    throw new Error(`GET: ${result.non2xx} answers were not 2xx (${statuses}), ${result.errors} requests failed.`);
  }
  return {
    perSecond: result["2xx"] / result.duration,
    latency: { get: { p50Ms: result.latency.p50, p99Ms: result.latency.p99 } },
  };
}

function keyHeader({ key, bearerKey }: GetOrder): Record<string, string> {
  if (bearerKey !== undefined) return { authorization: `Bearer ${bearerKey}` };
  return key === undefined ? {} : { "x-api-key": key };
}
