import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NativeClient } from "../support/native-client.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

let house: TestHouse;
let client: NativeClient;

beforeAll(async () => {
  house = await openTestHouse();
  client = new NativeClient(house.url);
});
afterAll(() => house.close());

const asBrowser = { Accept: "text/html,application/xhtml+xml" };
const open = (path: string, method = "GET") => client.send(method, path, undefined, { headers: asBrowser });

describe("the web app, as it is served", () => {
  it("is one page at every address that is not a program's, never kept and under a policy with a nonce of its own", async () => {
    const nonces = new Set<string>();
    for (const path of ["/", "/board?q=logo", "/tasks/0190", "/no/such/page", "/v1x"]) {
      const { status, headers, body } = await open(path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get("cache-control")).toBe("no-cache");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'; script-src 'self'; ");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      const nonce = /style-src 'self' 'nonce-([\w-]{22})'/.exec(policy)?.[1] ?? "";
      expect(body).toContain(`content="${nonce}"`);
      expect(body).not.toContain("{{");
      expect(body).not.toMatch(/<script(?![^>]*src=)|<style| on\w+=/);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(5);
    expect((await open("/board", "HEAD")).status).toBe(200);
  });

  it("keeps files whose name is their content for ever, and sends them compressed", async () => {
    const script = /src="(\/assets\/[^"]+\.js)"/.exec((await open("/")).body)?.[1] ?? "";
    const file = await client.send("GET", script, undefined, { headers: { "Accept-Encoding": "br" } });
    expect(file.status).toBe(200);
    expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(file.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(file.headers.get("content-encoding")).toBe("br");
    expect((await open(script.replace(/\.js$/, "0.js"))).status).toBe(404);
    expect((await open("/favicon.svg")).headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
  });

  it("leaves what programs ask for to the API: 404 in its own words, and nothing outside its folder", async () => {
    for (const path of [
      "/v1/nothing",
      "/api/nothing",
      "/openapi/nothing.json",
      "/club/api/agent/v1/nothing",
      "/mcp/nothing",
    ]) {
      const { status, headers } = await open(path);
      expect([path, status]).toEqual([path, 404]);
      expect(headers.get("content-type")).toContain("json");
    }
    expect((await client.get("/nothing", undefined, { Accept: "application/json" })).status).toBe(404);
    expect((await client.get("/", undefined, { Accept: "*/*" })).status).toBe(404);
    expect((await open("/board", "POST")).status).toBe(404);
    for (const path of ["/..%2f..%2fpackage.json", "/assets/..%2f..%2f..%2fpackage.json", "/.vite/manifest.json"]) {
      expect((await client.get(path, undefined, { Accept: "*/*" })).body).not.toContain('"workspaces"');
    }
  });
});
