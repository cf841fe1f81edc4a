import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { endWithParent, readSetting, tellParent } from "./processes.ts";

/**
 * Receivers of webhooks, each on a port of its own: a process that answers at once, or for the first `hanging` of them
 * never.
 */

/** Answered when each of the last `judged` receivers has had `each` different messages. */
export interface AwaitOrder {
  readonly judged: number;
  readonly each: number;
}

export interface Received {
  /** Milliseconds since 1970. */
  readonly lastAtMs: number;
  readonly repeated: number;
}

const { count, hanging } = readSetting<{ count: number; hanging: number }>();
const seen = Array.from({ length: count }, () => new Set<string>());
let repeated = 0;
let lastAtMs = 0;
let check = (): void => undefined;

const servers = seen.map((ids, index) =>
  createServer((request, response) => {
    request.resume();
    if (index < hanging) return;
    const id = String(request.headers["webhook-id"]);
    if (ids.has(id)) repeated++;
    ids.add(id);
    lastAtMs = Date.now();
    request.on("end", () => response.writeHead(204).end());
    check();
  }).listen(0, "127.0.0.1"),
);
await Promise.all(servers.map((server) => once(server, "listening")));

endWithParent();
process.on("message", ({ judged, each }: AwaitOrder) => {
  const awaited = seen.slice(count - judged);
  check = () => {
    if (awaited.some((ids) => ids.size < each)) return;
    check = () => undefined;
    tellParent<Received>({ result: { lastAtMs, repeated } });
  };
  check();
});
tellParent({ result: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`) });
