import { describe, expect, it } from "vitest";
import { isReachable, localNetworks, noNetworks, readNetworks } from "./outside-url.ts";

describe("networks that are opened", () => {
  it("are read from their usual spelling, single addresses too", () => {
    const open = readNetworks(["10.1.0.0/16", "192.168.7.7", "fd00::/8", "::1"]);
    for (const address of ["10.1.255.255", "192.168.7.7", "fdff::1", "::1"]) expect(open?.has(address)).toBe(true);
    for (const address of ["10.2.0.0", "192.168.7.8", "fe80::1", "::2", "8.8.8.8", "name"]) {
      expect(open?.has(address)).toBe(false);
    }
  });

  it.each([
    "10.1.0.0/33",
    "fd00::/129",
    "10.1.0.0/",
    "10.1.0.0/8/8",
    "10.1/16",
    "name",
    "",
    "0x0a000001/8",
    "10.0.0.0/-1",
  ])("are not %s", (text) => expect(readNetworks(["10.0.0.0/8", text])).toBeUndefined());

  it("add to what is public; the local ones hold no metadata service", () => {
    const local = readNetworks(localNetworks) ?? noNetworks;
    expect(isReachable("93.184.215.14", noNetworks)).toBe(true);
    expect(isReachable("127.0.0.1", noNetworks)).toBe(false);
    for (const address of ["127.0.0.1", "10.0.0.1", "172.31.0.1", "192.168.0.1", "::1", "fd00::1"]) {
      expect([address, isReachable(address, local)]).toEqual([address, true]);
    }
    for (const address of ["169.254.169.254", "fe80::1", "100.64.0.1", "0.0.0.0"]) {
      expect([address, isReachable(address, local)]).toEqual([address, false]);
    }
  });
});
