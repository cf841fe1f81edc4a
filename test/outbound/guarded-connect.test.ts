import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noNetworks, readNetworks } from "../../src/model/outside-url.ts";
import { guardedConnect } from "../../src/outbound/guarded-connect.ts";

let canary: Server;
let touched = 0;
let port: number;
beforeAll(async () => {
  canary = createServer((socket) => {
    touched++;
    socket.end("hello");
  }).listen(0, "127.0.0.1");
  await once(canary, "listening");
  port = (canary.address() as AddressInfo).port;
});
afterAll(() => void canary.close());

const never = new AbortController().signal;
const local = async () => [
  { address: "93.184.216.34", family: 4 },
  { address: "127.0.0.1", family: 4 },
];

describe("a connection to the outside", () => {
  it.each(["127.0.0.1", "localhost.example.com", "2130706433", "0x7f000001", "0.0.0.0"])(
    "to %s never reaches this machine",
    async (host) => {
      await expect(guardedConnect(noNetworks, local)(host, port, never)).rejects.toMatchObject({
        name: "OutboundError",
      });
      expect(touched).toBe(0);
    },
  );

  it("reaches networks that the operator has opened, and stays when its signal is aborted later", async () => {
    const open = readNetworks(["127.0.0.0/8"]) ?? noNetworks;
    const giveUp = new AbortController();
    const resolve = async () => [{ address: "127.0.0.1", family: 4 }];
    const socket = await guardedConnect(open, resolve)("tools.example.com", port, giveUp.signal);
    giveUp.abort();
    expect(String((await once(socket, "data"))[0])).toBe("hello");
    socket.destroy();
  });

  it("is given up when it takes too long", async () => {
    const silent = new Promise<never>(() => {});
    const waiting = guardedConnect(noNetworks, () => silent)("slow.example.com", 443, AbortSignal.timeout(30));
    await expect(waiting).rejects.toMatchObject({ name: "OutboundError" });
  });
});
