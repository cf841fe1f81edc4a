import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeAbandonedUploads } from "../../src/jobs/remove-abandoned-uploads.ts";
import { LocalObjectStore } from "../../src/outbound/local-object-store.ts";
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

async function eventually(check: () => Promise<void>): Promise<void> {
  const giveUpAtMs = Date.now() + 5_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > giveUpAtMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

async function uploaded(content: string, name = "a.txt", mediaType = "text/plain"): Promise<string> {
  const { status, body } = await files.upload(content, { name, mediaType });
  expect(status).toBe(201);
  return body.file.id;
}

async function linkTo(id: string): Promise<string> {
  const { status, body } = await files.link(id);
  expect(status).toBe(200);
  return body.url;
}

describe("an upload", () => {
  it("answers with what was stored: name, type, size and digest", async () => {
    const { status, body } = await files.upload("Hello, guild.", { name: "hello.md", mediaType: "text/markdown" });
    expect(status).toBe(201);
    expect(body.file).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "hello.md",
      media_type: "text/markdown",
      size_bytes: 13,
      sha256: createHash("sha256").update("Hello, guild.").digest("hex"),
      created_at: clock.now(),
    });
  });

  it("keeps its bytes under its id, readable by the server's user alone", async () => {
    const id = await uploaded("mine");
    const path = join(dataFolder, "files", id.slice(-4, -2), id.slice(-2), id);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("of nothing is a file of 0 bytes", async () => {
    const { status, body } = await files.upload("");
    expect(status).toBe(201);
    expect(body.file.size_bytes).toBe(0);
    expect(await (await fetch(await linkTo(body.file.id))).text()).toBe("");
  });

  it("is refused without a key, before its body is read", async () => {
    const answer = await new FilesClient(house.url, "wrong").upload("x");
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe("key_invalid");
  });

  it("that is not multipart is refused with 415", async () => {
    const answer = await fetch(`${house.url}/v1/files`, {
      method: "POST",
      headers: { Authorization: `Bearer ${owner.key}`, "Content-Type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(415);
  });

  it("without a file, or with two, is refused and leaves nothing", async () => {
    const before = await whatIsKept();
    for (const names of [[], ["one", "two"]]) {
      const form = new FormData();
      form.append("note", "no file here");
      for (const name of names) form.append("file", new Blob(["x"]), name);
      const headers = { Authorization: `Bearer ${owner.key}` };
      const answer = await fetch(`${house.url}/v1/files`, { method: "POST", headers, body: form });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: "validation_failed" });
    }
    expect(await whatIsKept()).toEqual(before);
  });

  it("sent twice with one Idempotency-Key is one file; with other bytes it is refused", async () => {
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const first = await files.upload("same", { headers });
    const kept = await whatIsKept();
    const again = await files.upload("same", { headers });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(await files.upload("other", { headers })).toMatchObject({
      status: 409,
      body: { code: "idempotency_mismatch" },
    });
    expect(await whatIsKept()).toEqual(kept);
  });

  it("sent eight times at once with one Idempotency-Key is one file", async () => {
    const before = await whatIsKept();
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => files.upload("at once", { headers })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.file?.id}`)).size).toBe(1);
    const after = await whatIsKept();
    expect([after.rows, after.onDisk.length, after.uploads]).toEqual([before.rows + 1, before.onDisk.length + 1, 0]);
  });
});

describe("the name of a file", () => {
  it.each([
    "plain.txt",
    "src/components/LandingPage.tsx",
    "日本語 – naïve.txt",
    "it's 100% (final).txt",
    "..hidden..",
    "n".repeat(255),
  ])("is kept as it was given: %s", async (name) => {
    const { status, body } = await files.upload("x", { name });
    expect(status).toBe(201);
    expect(body.file.name).toBe(name);
  });

  it.each([
    ["leads upwards", "../../etc/passwd"],
    ["leads upwards in the middle", "a/../../b"],
    ["is absolute", "/etc/passwd"],
    ["is a Windows path", "..\\..\\boot.ini"],
    ["names a drive", "C:evil.txt"],
    ["holds NUL", "a\u0000.txt"],
    ["holds a control character", "a\u001b[31m.txt"],
    ["turns the text around", "a\u202etxt.exe"],
    ["is of 256 characters", "n".repeat(256)],
    ["is of 4 kB", "n".repeat(4_096)],
    ["is blank", " "],
  ])("is refused if it %s, and nothing is left", async (_why, name) => {
    const before = await whatIsKept();
    const answer = await files.upload("x", { name });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe("validation_failed");
    expect(await whatIsKept()).toEqual(before);
  });

  it("with a raw newline ends at the newline, and what follows is no header of ours", async () => {
    const { before: head, after, contentType } = multipartAround("a\r\nX-Evil: 1\r\n.txt");
    const answer = await fetch(`${house.url}/v1/files`, {
      method: "POST",
      headers: { Authorization: `Bearer ${owner.key}`, "Content-Type": contentType },
      body: `${head}x${after}`,
    });
    const { file } = (await answer.json()) as { file: { id: string; name: string } };
    expect([answer.status, file.name]).toEqual([201, "a"]);
    const download = await fetch(await linkTo(file.id));
    expect(download.headers.get("content-disposition")).toBe('attachment; filename="a"');
    expect(download.headers.has("x-evil")).toBe(false);
  });

  it("is refused if an encoded name holds a newline", async () => {
    const boundary = "b";
    const part = `Content-Disposition: form-data; name="file"; filename*=UTF-8''a%0D%0AX-Evil:%201.txt`;
    const answer = await fetch(`${house.url}/v1/files`, {
      method: "POST",
      headers: { Authorization: `Bearer ${owner.key}`, "Content-Type": `multipart/form-data; boundary=${boundary}` },
      body: `--${boundary}\r\n${part}\r\n\r\nx\r\n--${boundary}--\r\n`,
    });
    expect(answer.status).toBe(400);
  });
});

describe("an upload that goes wrong", () => {
  it("by a cut connection leaves no row and no bytes", async () => {
    const before = await whatIsKept();
    const { before: head, contentType } = multipartAround("cut.bin");
    const { hostname, port } = new URL(house.url);
    for (const sentBytes of [0, 10, 300_000]) {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => undefined);
      socket.write(
        `POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${owner.key}\r\nContent-Type: ${contentType}\r\n` +
          `Content-Length: 5000000\r\n\r\n${head}`,
      );
      socket.write(Buffer.alloc(sentBytes, 1));
      await eventually(async () => expect((await whatIsKept()).uploads).toBe(before.uploads + 1));
      if (sentBytes > 65_536) {
        await eventually(async () => expect((await whatIsKept()).onDisk.length).toBe(before.onDisk.length + 1));
      }
      socket.destroy();
      await eventually(async () => expect(await whatIsKept()).toEqual(before));
    }
  });

  it("by ending before its last boundary leaves no row and no bytes", async () => {
    const before = await whatIsKept();
    const { before: head, contentType } = multipartAround("short.bin");
    const answer = await fetch(`${house.url}/v1/files`, {
      method: "POST",
      headers: { Authorization: `Bearer ${owner.key}`, "Content-Type": contentType },
      body: `${head}${"x".repeat(100_000)}`,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "body_malformed" });
    expect(await whatIsKept()).toEqual(before);
  });

  it("by a crash is cleared away a day later, and files stay", async () => {
    const kept = await uploaded("stays");
    const store = new LocalObjectStore(join(dataFolder, "files"));
    const lost = crypto.randomUUID();
    await store.put(lost, Readable.from([Buffer.from("lost")]));
    await house.app.database.reads.query("insert into file_uploads (storage_key, started_at) values ($1, $2)", [
      lost,
      clock.now(),
    ]);
    const context = { engine: house.app.engine, reads: house.app.database.reads, clock: clock.now, objects: store };
    clock.advanceMinutes(23 * 60);
    expect(await removeAbandonedUploads(context)).toBe(0);
    clock.advanceMinutes(61);
    expect(await removeAbandonedUploads(context)).toBe(1);
    const { onDisk, uploads } = await whatIsKept();
    expect(onDisk).not.toContain(lost);
    expect(onDisk).toContain(kept);
    expect(uploads).toBe(0);
  });
});
