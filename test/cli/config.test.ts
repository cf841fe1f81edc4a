import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/config.ts";

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

describe("the prices of models", () => {
  const pricesOf = (MODEL_PRICES: string) =>
    readConfig({ MODEL_BASE_URL: "http://127.0.0.1:1/v1", MODEL_NAME: "qwen3", MODEL_PRICES }).model?.prices;

  it("are by name, for input, output, and what is cached", () => {
    const prices = pricesOf("claude-sonnet-5=3/15/0.3/3.75, org/qwen3:8b=0.1/0.4");
    expect(prices?.get("claude-sonnet-5")).toEqual({ input: 3, output: 15, cachedInput: 0.3, cacheWrite: 3.75 });
    expect(prices?.get("org/qwen3:8b")).toEqual({ input: 0.1, output: 0.4, cachedInput: 0.1, cacheWrite: 0.1 });
  });

  it.each(["qwen3", "qwen3=1", "qwen3=-1/2", "=1/2", "qwen3=1/2,", "qwen3=1/2/3/4/5"])(
    "are refused as %s",
    (prices) => {
      expect(() => pricesOf(prices)).toThrow(/MODEL_PRICES/);
    },
  );
});

describe("what programs of agents may have", () => {
  it("is set in seconds and MiB, and what is left out is as docs/settings.md says", () => {
    const { limits, readOnlyFolders } = readConfig({}).sandbox;
    const [wallMs, MiB] = [600_000, 1024 ** 2];
    expect(limits).toEqual({ wallMs, cpuMs: wallMs, memoryBytes: 1_024 * MiB, processes: 256, diskBytes: 1_024 * MiB });
    expect(readOnlyFolders).toEqual([]);
    const set = { GUILDHALL_SANDBOX_SECONDS: "30", GUILDHALL_SANDBOX_MEMORY_MIB: "256" };
    expect(readConfig(set).sandbox.limits).toMatchObject({ wallMs: 30_000, cpuMs: 30_000, memoryBytes: 256 * MiB });
    expect(readConfig({ GUILDHALL_SANDBOX_FOLDERS: "/opt/a:/srv/b" }).sandbox.readOnlyFolders).toHaveLength(2);
  });

  it.each([
    ["GUILDHALL_SANDBOX_SECONDS", "0"],
    ["GUILDHALL_SANDBOX_PROCESSES", "1"],
    ["GUILDHALL_SANDBOX_MEMORY_MIB", "a lot"],
    ["GUILDHALL_SANDBOX_FOLDERS", "tools"],
  ])("is refused when %s is %s", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});

describe("the credits that tokens take", () => {
  it("are for a million of input and of output", () => {
    expect(readConfig({}).creditWeights).toEqual({ input: 10, output: 50 });
    expect(readConfig({ GUILDHALL_AGENTWORK_TOKEN_CREDITS: "0/7" }).creditWeights).toEqual({ input: 0, output: 7 });
  });

  it.each(["10", "10/", "1.5/2", "-1/2", "a/b"])("are refused as %s", (weights) => {
    expect(() => readConfig({ GUILDHALL_AGENTWORK_TOKEN_CREDITS: weights })).toThrow(/TOKEN_CREDITS/);
  });
});
