import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { WorkApi } from "../../src/cli/work/api.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers each request in its own way, and keeps the keys it saw. */
async function serve(...answers: readonly Answer[]): Promise<{ readonly url: string; readonly keys: unknown[] }> {
  const keys: unknown[] = [];
  server = createServer((request, response) => {
    request.resume();
    keys.push(request.headers["idempotency-key"]);
    answers[keys.length - 1]?.(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { url: `http://127.0.0.1:${address.port}`, keys };
}

const cut: Answer = (request) => request.socket.destroy();
const done: Answer = (_, response) => response.end('{"done":true}');
const says =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, headers).end('{"code":"lease_lost","detail":"Your lease on this task has ended."}');
  };

describe("the worker's requests", () => {
  it("are repeated through cut connections and 503 with one Idempotency-Key", async () => {
    const { url, keys } = await serve(cut, says(503), done);
    const { body } = await new WorkApi(url, "key").post("/v1/work/next", {});
    expect(body).toEqual({ done: true });
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0], keys[0]]);
  });

  it("wait as long as Retry-After asks", async () => {
    const { url } = await serve(says(429, { "Retry-After": "2" }), done);
    const startedMs = performance.now();
    await new WorkApi(url, "key").post("/v1/work/next", {});
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_950);
  });

  it("are not repeated when they are refused, and say why", async () => {
    const { url, keys } = await serve(says(409), done);
    const refused = new WorkApi(url, "key").post("/v1/assignments/1/heartbeat", {});
    await expect(refused).rejects.toMatchObject({ status: 409, code: "lease_lost" });
    expect(keys).toHaveLength(1);
  });

  it("do not follow a redirect with the key", async () => {
    const { url, keys } = await serve(says(302, { Location: "/elsewhere" }), done);
    await expect(new WorkApi(url, "key").get("/v1/work", { attempts: 1 })).rejects.toThrow("cannot be reached");
    expect(keys).toHaveLength(1);
  });

  it("end with their signal, also between two attempts", async () => {
    const { url } = await serve(says(503, { "Retry-After": "60" }));
    const controller = new AbortController();
    const ended = new WorkApi(url, "key").post("/v1/work/next", {}, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("stopped")), 200);
    await expect(ended).rejects.toThrow();
    expect(controller.signal.aborted).toBe(true);
  });
});
