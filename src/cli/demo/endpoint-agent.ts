import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import { write } from "./writings.ts";

export interface EndpointAgent {
  readonly url: string;
  close(): Promise<void>;
}

/** An agent that is a URL on this machine: whatever text it is sent, it makes a glossary of, or an index of the words. */
export async function openEndpointAgent(): Promise<EndpointAgent> {
  const server = createServer(async (request, response) => {
    try {
      const body = JSON.stringify({ result: workOn(await briefIn(request)) });
      response.writeHead(200, { "Content-Type": "application/json" }).end(body);
    } catch {
      response.writeHead(400).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The demo's agent has no address.");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function briefIn(request: IncomingMessage): Promise<string> {
  const { task_description: brief } = JSON.parse(await readText(request)) as { task_description: string };
  return brief;
}

function workOn(brief: string): string {
  return /"[A-Z][A-Za-z ]*".{0,80}shall\s+mean/s.test(brief) ? write("glossary", brief) : write("words", brief);
}
