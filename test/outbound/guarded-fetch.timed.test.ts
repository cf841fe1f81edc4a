import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Networks, noNetworks, readNetworks } from "../../src/model/outside-url.ts";
import type { Resolve } from "../../src/outbound/address-guard.ts";
import { GuardedFetch } from "../../src/outbound/guarded-fetch.ts";

const loopback = readNetworks(["127.0.0.0/8"]) ?? noNetworks;
const bomb = gzipSync(Buffer.alloc(64 * 1_048_576));
let server: Server;
let base: string;
let port: number;
let open: GuardedFetch;

const answer: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", base);
  const packers: Record<string, (text: string) => Buffer> = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
  };
  const encoding = searchParams.get("as") ?? "";
  switch (pathname) {
    case "/hang":
      return;
    case "/drip": {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
      return;
    }
    case "/bomb":
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
      return;
    case "/large-header":
      response.writeHead(200, { "x-large": "x".repeat(20_000) }).end();
      return;
    case "/encoded":
      response.writeHead(200, { "content-encoding": encoding });
      response.end(Object.hasOwn(packers, encoding) ? packers[encoding]?.("what was packed") : "not packed at all");
      return;
    case "/broken":
      response.writeHead(200, { "content-encoding": "gzip" }).end("this is not gzip");
      return;
    case "/redirect":
      response.writeHead(Number(searchParams.get("status") ?? 302), { location: searchParams.get("to") ?? "/" }).end();
      return;
    case "/empty":
      response.writeHead(204, { "content-encoding": "gzip" }).end();
      return;
    case "/missing":
      response.writeHead(404).end("not here");
      return;
    default:
      request.setEncoding("utf8");
      void request.toArray().then((chunks) => {
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body: chunks.join("") }));
      });
  }
};

beforeAll(async () => {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  base = `http://127.0.0.1:${port}`;
  open = new GuardedFetch({ allowHttp: true, openNetworks: loopback });
});
afterAll(async () => {
  await open.close();
  server.closeAllConnections();
  server.close();
});

/** A guard whose names resolve as told. */
async function withNames<Result>(
  resolve: Resolve,
  openNetworks: Networks,
  work: (guard: GuardedFetch) => Promise<Result>,
): Promise<Result> {
  const guard = new GuardedFetch({ allowHttp: true, openNetworks, resolve });
  try {
    return await work(guard);
  } finally {
    await guard.close();
  }
}

describe("a call that leaves the house", () => {
  it("sends what it is told and reads the answer, whatever its status", async () => {
    const headers = { "X-Mark": "7", Host: "elsewhere.example.com" };
    const response = await open.send({ url: `${base}/echo?a=b`, method: "POST", headers, body: "a body" });
    expect(response.status).toBe(200);
    const heard = JSON.parse(response.body.toString());
    expect(heard).toMatchObject({ method: "POST", url: "/echo?a=b", body: "a body" });
    expect(heard.headers).toMatchObject({ "x-mark": "7", host: `127.0.0.1:${port}`, "user-agent": "Guildhall" });
    expect(await open.send({ url: `${base}/missing` })).toMatchObject({ status: 404, body: Buffer.from("not here") });
  });

  it.each(["gzip", "deflate", "br"])("understands a body packed as %s", async (encoding) => {
    const { body } = await open.send({ url: `${base}/encoded?as=${encoding}` });
    expect(body.toString()).toBe("what was packed");
  });

  it("takes an empty answer for an empty answer, whatever its headers say", async () => {
    expect(await open.send({ url: `${base}/empty` })).toMatchObject({ status: 204, body: Buffer.alloc(0) });
  });

  it.each([
    ["a body that cannot be unpacked", "/broken"],
    ["a packing nobody knows", "/encoded?as=zip"],
    ["a packing named like a part of every object", "/encoded?as=constructor"],
  ])("fails on %s", async (_, path) => {
    await expect(open.send({ url: base + path })).rejects.toMatchObject({ code: "response_malformed" });
  });

  it("ends a call that hangs, drips, or cannot connect, within its time", async () => {
    const startedMs = performance.now();
    await expect(open.send({ url: `${base}/hang`, timeoutMs: 100 })).rejects.toMatchObject({ code: "timed_out" });
    await expect(open.send({ url: `${base}/drip`, timeoutMs: 100 })).rejects.toMatchObject({ code: "timed_out" });
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    await expect(open.send({ url: "http://127.0.0.1:1/" })).rejects.toMatchObject({ code: "connection_failed" });
  });

  it("waits for a name no longer than for anything else", async () => {
    const silent: Resolve = () => new Promise(() => undefined);
    await withNames(silent, loopback, (guard) =>
      expect(guard.send({ url: "http://silent.example.com/", timeoutMs: 100 })).rejects.toMatchObject({
        code: "timed_out",
      }),
    );
  });

  it("is given up when its caller says so", async () => {
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 50);
    const call = open.send({ url: `${base}/hang`, signal: caller.signal });
    await expect(call).rejects.toMatchObject({ code: "aborted" });
  });

  it.each(["http://silent.example.com/", "https://127.0.0.1/"])(
    "ends at once when the house closes (%s)",
    async (url) => {
      const mute = createTcpServer().listen(0, "127.0.0.1");
      await once(mute, "listening");
      const silent: Resolve = () => new Promise(() => undefined);
      const guard = new GuardedFetch({ allowHttp: true, openNetworks: loopback, resolve: silent });
      const target = url.replace("127.0.0.1", `127.0.0.1:${(mute.address() as AddressInfo).port}`);
      const call = guard.send({ url: target }).catch((error: unknown) => error);
      setTimeout(() => guard.close(), 50);
      const startedMs = performance.now();
      expect(await call).toMatchObject({ code: "aborted" });
      expect(performance.now() - startedMs).toBeLessThan(1_000);
      mute.close();
    },
  );

  it("reads no further than its limit, counted after unpacking, and holds no more in memory", async () => {
    const before = process.memoryUsage().rss;
    const peaks: number[] = [];
    const timer = setInterval(() => peaks.push(process.memoryUsage().rss), 5);
    await expect(open.send({ url: `${base}/bomb` })).rejects.toMatchObject({ code: "response_too_large" });
    clearInterval(timer);
    expect(Math.max(...peaks, 0) - before).toBeLessThan(48 * 1_048_576);
    const cut = await open.send({ url: `${base}/bomb`, maxBodyBytes: 1_000, cutsBody: true });
    expect(cut).toMatchObject({ truncated: true, body: Buffer.alloc(1_000) });
    await expect(open.send({ url: `${base}/large-header` })).rejects.toMatchObject({ code: "response_too_large" });
  });

  it("says that what answers is not HTTP", async () => {
    const noise = createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")).listen(0, "127.0.0.1");
    await once(noise, "listening");
    const url = `http://127.0.0.1:${(noise.address() as AddressInfo).port}/`;
    await expect(open.send({ url })).rejects.toMatchObject({ code: "response_malformed" });
    noise.close();
  });

  it("trusts no certificate that only its owner signed", async () => {
    const url = `https://127.0.0.1:${port}/`;
    await expect(open.send({ url })).rejects.toMatchObject({ code: "tls_failed" });
  });

  it("never names an address in what it says of a failure", async () => {
    const inside: Resolve = async () => [{ address: "10.1.2.3", family: 4 }];
    await withNames(inside, noNetworks, async (guard) => {
      const error = await guard.send({ url: "http://inside.example.com/" }).catch((fault: Error) => fault);
      expect(String(error)).not.toMatch(/\d+\.\d+/);
    });
  });
});

describe("a redirect", () => {
  it("is an answer like any other unless following was asked for", async () => {
    const response = await open.send({ url: `${base}/redirect?to=/echo` });
    expect(response).toMatchObject({ status: 302, headers: { location: "/echo" } });
  });

  it("is followed as often as allowed and no more", async () => {
    const twice = `/redirect?to=${encodeURIComponent("/redirect?to=/echo")}`;
    const response = await open.send({ url: base + twice, maxRedirects: 2 });
    expect(response).toMatchObject({ status: 200, url: `${base}/echo` });
    const once = open.send({ url: base + twice, maxRedirects: 1 });
    await expect(once).rejects.toMatchObject({ code: "redirect_refused" });
  });

  it("repeats a request by 307 only", async () => {
    const post = (status: number) =>
      open.send({ url: `${base}/redirect?status=${status}&to=/echo`, method: "POST", body: "again", maxRedirects: 1 });
    expect(JSON.parse((await post(307)).body.toString())).toMatchObject({ method: "POST", body: "again" });
    expect(JSON.parse((await post(303)).body.toString())).toMatchObject({ method: "GET", body: "" });
  });

  it("takes no secret to another origin", async () => {
    const elsewhere = encodeURIComponent(`http://localhost:${port}/echo`);
    const headers = { authorization: "Bearer secret", "x-agentmarket-signature": "s", accept: "text/plain" };
    const response = await open.send({ url: `${base}/redirect?to=${elsewhere}`, headers, maxRedirects: 1 });
    const heard = JSON.parse(response.body.toString()).headers;
    expect(heard).toMatchObject({ accept: "text/plain", host: `localhost:${port}` });
    expect(heard).not.toHaveProperty("authorization");
    expect(heard).not.toHaveProperty("x-agentmarket-signature");
  });

  it.each(["http://10.0.0.1/", "http://[::ffff:10.0.0.1]/", "file:///etc/passwd", "http://a:b@127.0.0.1/", "http://"])(
    "to %s is refused before anything is sent there",
    async (target) => {
      const url = `${base}/redirect?to=${encodeURIComponent(target)}`;
      const code = expect.stringMatching(/^(url|address|redirect)_refused$/);
      await expect(open.send({ url, maxRedirects: 5 })).rejects.toMatchObject({ code });
    },
  );
});

describe("what may be called", () => {
  it("is https alone, unless plain http was allowed", async () => {
    const strict = new GuardedFetch({ allowHttp: false, openNetworks: loopback });
    for (const url of [`${base}/`, "ftp://example.com/", "nonsense", "https://a:b@example.com/"]) {
      await expect(strict.send({ url })).rejects.toMatchObject({ code: "url_refused" });
    }
    await strict.close();
  });

  it("is no name of which a single address is inside", async () => {
    const mixed: Resolve = async () => [
      { address: "93.184.215.14", family: 4 },
      { address: "127.0.0.1", family: 4 },
    ];
    await withNames(mixed, noNetworks, (guard) =>
      expect(guard.send({ url: `http://mixed.example.com:${port}/` })).rejects.toMatchObject({
        code: "address_refused",
      }),
    );
  });

  it("is settled by one look at a name: the connection goes to the address that was checked", async () => {
    let looks = 0;
    const turning: Resolve = async () => [{ address: looks++ === 0 ? "127.0.0.1" : "127.0.0.9", family: 4 }];
    await withNames(turning, readNetworks(["127.0.0.1"]) ?? noNetworks, async (guard) => {
      const url = `http://turning.example.com:${port}/echo`;
      expect((await guard.send({ url })).status).toBe(200);
      expect(looks).toBe(1);
    });
  });

  it("is asked anew for each new connection, and refused when the name has turned inside", async () => {
    let looks = 0;
    const turning: Resolve = async () => [{ address: looks++ === 0 ? "127.0.0.1" : "10.0.0.1", family: 4 }];
    await withNames(turning, readNetworks(["127.0.0.1"]) ?? noNetworks, async (guard) => {
      const url = `http://turning.example.com:${port}/echo`;
      expect((await guard.send({ url, headers: { "x-first": "1" } })).status).toBe(200);
      server.closeIdleConnections();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await expect(guard.send({ url })).rejects.toMatchObject({ code: "address_refused" });
    });
  });
});

describe("the guard as a standard fetch", () => {
  it("answers like one: text, JSON, status, headers", async () => {
    const fetch = open.asFetch();
    const response = await fetch(`${base}/echo`, { method: "POST", body: "b", headers: { "X-Mark": "7" } });
    expect(await response.json()).toMatchObject({ method: "POST", body: "b", headers: { "x-mark": "7" } });
    expect((await fetch(`${base}/missing`)).ok).toBe(false);
    expect((await fetch(`${base}/empty`)).body).toBeNull();
  });

  it("streams a body as it comes, and fails it at the limits", async () => {
    const response = await open.asFetch({ timeoutMs: 300 })(`${base}/drip`);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    const rest = async (): Promise<void> => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toMatchObject({ code: "timed_out" });
    const large = await open.asFetch({ maxBodyBytes: 1_000 })(`${base}/bomb`);
    await expect(large.text()).rejects.toMatchObject({ code: "response_too_large" });
  });

  it("stops when its caller's signal says so", async () => {
    const call = open.asFetch()(`${base}/hang`, { signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toMatchObject({ code: "aborted" });
  });
});
