import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";

describe("the networks that may be called", () => {
  it("are none, the local ones where plain http is allowed, or those that are named", () => {
    expect(readConfig({}).openNetworks).toEqual([]);
    const local = readConfig({ GUILDHALL_ALLOW_HTTP_URLS: "true" }).openNetworks;
    expect(local).toContain("127.0.0.0/8");
    const named = { GUILDHALL_ALLOW_HTTP_URLS: "true", GUILDHALL_OPEN_NETWORKS: "10.1.0.0/16, fd00::/8" };
    expect(readConfig(named).openNetworks).toEqual(["10.1.0.0/16", "fd00::/8"]);
  });

  it("may be named in production, where plain http is refused", () => {
    const production = { GUILDHALL_MODE: "production", GUILDHALL_SECRET: "s".repeat(32) };
    expect(readConfig({ ...production, GUILDHALL_OPEN_NETWORKS: "10.1.0.0/16" }).openNetworks).toHaveLength(1);
    expect(() => readConfig({ ...production, GUILDHALL_ALLOW_HTTP_URLS: "true" })).toThrow(/GUILDHALL_ALLOW_HTTP_URLS/);
  });

  it.each(["10.1.0.0/40", "intranet", "10.1.0.0/16;10.2.0.0/16", ","])("are refused as %s", (networks) => {
    expect(() => readConfig({ GUILDHALL_OPEN_NETWORKS: networks })).toThrow(/GUILDHALL_OPEN_NETWORKS/);
  });
});
