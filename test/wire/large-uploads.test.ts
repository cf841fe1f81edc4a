import { createHash } from "node:crypto";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import { FilesClient, multipartAround } from "../support/files-client.ts";
import { type KeptFiles, keptFiles } from "../support/kept-files.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const folders = new DataFolders();
const clock = new VirtualClock();
let database: TestDatabase;
let dataFolder: string;
let house: TestHouse;
let market: AgentMarketClient;
let owner: { id: string; key: string };
let files: FilesClient;

beforeAll(async () => {
  database = await createTestDatabase();
  dataFolder = await folders.make();
  house = await openHouse();
  market = new AgentMarketClient(house.url);
  owner = await market.register();
  files = new FilesClient(house.url, owner.key);
});
afterAll(async () => {
  await house.close();
  await database.drop();
  await folders.clear();
});

function openHouse(): Promise<TestHouse> {
  return openTestHouse({ database, clock: clock.now, config: { dataFolder } });
}

function whatIsKept(): Promise<KeptFiles> {
  return keptFiles(house, dataFolder);
}

async function linkTo(id: string): Promise<string> {
  const { status, body } = await files.link(id);
  expect(status).toBe(200);
  return body.url;
}

describe("a large upload", { timeout: 120_000 }, () => {
  const mebibyte = 1_048_576;
  const piece = Buffer.alloc(mebibyte, "guild");

  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");

  /** Bytes of buffers that somebody still holds on to. */
  function heldBytes(): number {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  }

  /** Sends a file of so many bytes as it is made, and watches how much memory is held meanwhile. */
  async function send(sizeBytes: number): Promise<{ answer: Response; mostHeldBytes: number }> {
    const { before, after, contentType } = multipartAround("large.bin");
    const heldBefore = heldBytes();
    let mostHeldBytes = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(before);
      for (let sent = 0; sent < sizeBytes; sent += mebibyte) {
        yield piece.subarray(0, Math.min(sizeBytes - sent, mebibyte));
        if (sent % (20 * mebibyte) === 0) mostHeldBytes = Math.max(mostHeldBytes, heldBytes() - heldBefore);
      }
      yield Buffer.from(after);
    }
    const headers = { Authorization: `Bearer ${owner.key}`, "Content-Type": contentType };
    const init = { method: "POST", headers, body: ReadableStream.from(body()), duplex: "half" as const };
    const answer = await fetch(`${house.url}/v1/files`, init);
    return { answer, mostHeldBytes };
  }

  it("of exactly 100 MiB goes through, in and out, and is never held in memory", async () => {
    const { answer, mostHeldBytes } = await send(100 * mebibyte);
    expect(answer.status).toBe(201);
    const { file } = (await answer.json()) as { file: { id: string; size_bytes: number; sha256: string } };
    expect(file.size_bytes).toBe(100 * mebibyte);
    expect(mostHeldBytes).toBeLessThan(40 * mebibyte);
    const hash = createHash("sha256");
    const download = await fetch(await linkTo(file.id));
    if (download.body !== null) for await (const chunk of download.body) hash.update(chunk);
    expect(hash.digest("hex")).toBe(file.sha256);
  });

  it.each([100 * mebibyte + 1, 130 * mebibyte])("of %i bytes is refused with 413 and leaves nothing", async (size) => {
    const before = await whatIsKept();
    const { answer } = await send(size);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: "file_too_large" });
    expect(await whatIsKept()).toEqual(before);
  });

  it("that says beforehand that it is too large is not stored at all", async () => {
    const { contentType } = multipartAround("large.bin");
    const { hostname, port } = new URL(house.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${owner.key}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Length: ${200 * mebibyte}\r\n\r\n`,
    );
    let said = "";
    for await (const chunk of socket) said += String(chunk);
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
    expect(said).toContain("connection: close");
  });
});
