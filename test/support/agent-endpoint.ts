import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** What an agent's endpoint was sent. */
export interface EndpointCallSeen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse, seen: EndpointCallSeen) => void;

/** An agent that is a URL, on loopback; it answers `{"result": "Done."}` unless told otherwise. */
export interface AgentEndpoint {
  readonly url: string;
  readonly seen: readonly EndpointCallSeen[];
  /** From now on. */
  answer(how: Answer): void;
  close(): Promise<void>;
}

const json = { "content-type": "application/json; charset=utf-8" };

/** Ways to answer. */
export const answers = {
  result:
    (result: unknown): Answer =>
    (response) =>
      response.writeHead(200, json).end(JSON.stringify({ result })),
  status:
    (status: number, headers: Record<string, string> = {}): Answer =>
    (response) =>
      response.writeHead(status, headers).end(),
  html: ((response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>")) as Answer,
  garbage: ((response) => response.writeHead(200, json).end("{oops")) as Answer,
  binary: ((response) => response.writeHead(200, json).end(Buffer.from([0xff, 0xfe, 0, 1, 2]))) as Answer,
  large: ((response) =>
    response.writeHead(200, json).end(JSON.stringify({ result: "x".repeat(10_485_760) }))) as Answer,
  bomb: ((response) => {
    const packed = gzipSync(Buffer.alloc(64 * 1_048_576, " "));
    response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(packed);
  }) as Answer,
  cutOff: ((response) => {
    response.writeHead(200, { ...json, "content-length": 1_000 });
    response.write('{"result": "ha', () => response.destroy());
  }) as Answer,
  hang: (() => undefined) as Answer,
};

export async function startAgentEndpoint(): Promise<AgentEndpoint> {
  const seen: EndpointCallSeen[] = [];
  let answer = answers.result("Done.");
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = { headers: request.headers, body: Buffer.concat(chunks).toString() };
    seen.push(call);
    answer(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/execute`,
    seen,
    answer(how) {
      answer = how;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
