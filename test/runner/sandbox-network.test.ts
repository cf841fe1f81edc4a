import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { NetworkAccess } from "../../src/runner/sandbox/proxy.ts";
import { openTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const opened = await openTestSandbox();
let box: TestSandbox;
let echo: Server;
let asked: string[];
beforeAll(async () => {
  echo = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(echo, "listening");
});
beforeEach(() => {
  if (opened !== undefined) box = opened;
  asked = [];
});
afterAll(async () => {
  echo.close();
  await opened?.close();
});

/** Every host of the list is the echo server; what is asked for is written down. */
function access(...allow: string[]): NetworkAccess {
  return {
    allow,
    connect: async (host, port) => {
      asked.push(`${host}:${port}`);
      if (host === "broken.example.com") throw new Error("no way");
      const { port: echoPort } = echo.address() as { port: number };
      const socket = connect(echoPort, "127.0.0.1");
      await once(socket, "connect");
      return socket;
    },
  };
}

/** Asks the proxy for each target, says hello through what it opens, and prints what came back. */
const client = `
const proxy = new URL(process.env.HTTPS_PROXY);
(async () => {
  for (const target of process.argv.slice(1)) {
    const answer = await new Promise((resolve) => {
      const request = http.request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: target });
      request.on("connect", (response, socket) => {
        if (response.statusCode !== 200) return resolve(String(response.statusCode));
        socket.on("data", (data) => { resolve("echo: " + data); socket.end(); });
        socket.write("hello");
      }).on("error", (error) => resolve(error.code)).end();
    });
    console.log(target, answer);
  }
})();`;

async function connectTo(targets: readonly string[], network: NetworkAccess): Promise<string[]> {
  const argv = ["node", "-e", client, ...targets];
  const result = await box.sandbox.run({ argv, workspaceFolder: box.workspace, network });
  expect(result.stderr.toString()).toBe("");
  return result.stdout.toString().trim().split("\n");
}

describe.skipIf(opened === undefined)("a run with a list of hosts", () => {
  it("reaches what is on the list, by name and port, and nothing else", async () => {
    const targets = [
      "api.example.com:443",
      "API.EXAMPLE.COM.:443",
      "api.example.com:22",
      "example.com:443",
      "evil-example.com:443",
      "a.b.pages.example.net:443",
      "pages.example.net:443",
      "registry.example.org:8443",
      "127.0.0.1:443",
      "user@api.example.com:443",
      "broken.example.com:443",
    ];
    const list = access("api.example.com", "*.pages.example.net", "registry.example.org:8443", "broken.example.com");
    expect(await connectTo(targets, list)).toEqual([
      "api.example.com:443 echo: hello",
      "API.EXAMPLE.COM.:443 echo: hello",
      "api.example.com:22 403",
      "example.com:443 403",
      "evil-example.com:443 403",
      "a.b.pages.example.net:443 echo: hello",
      "pages.example.net:443 403",
      "registry.example.org:8443 echo: hello",
      "127.0.0.1:443 403",
      "user@api.example.com:443 403",
      "broken.example.com:443 502",
    ]);
    expect(asked).not.toContain("example.com:443");
  });

  it("has no other network, and keeps the program's input, output and exit code", async () => {
    const { port } = echo.address() as { port: number };
    const script = `cat; node -e 'net.connect(${port}, "127.0.0.1").on("error", (e) => console.log(e.code))'; exit 9`;
    const result = await box.shell(script, { stdin: "some input\n", network: access("api.example.com") });
    expect(result.stdout.toString()).toBe("some input\nECONNREFUSED\n");
    expect(result).toMatchObject({ exitCode: 9, endedBy: "exit" });
    expect(asked).toEqual([]);
  });

  it("passes only https: plain requests through the proxy are refused", async () => {
    const script = `http.get({ host: "127.0.0.1", port: 3128, path: "http://api.example.com/", agent: new http.Agent() },
      async (r) => console.log(r.statusCode, String(await r.toArray())));`;
    const result = await box.node(script, { network: access("api.example.com", "api.example.com:80") });
    expect(result.stdout.toString()).toBe("403 Only https (CONNECT) passes here.\n\n");
    expect(asked).toEqual([]);
  });
});
