import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeAbandonedUploads } from "../../src/jobs/remove-abandoned-uploads.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import { instantFromMs } from "../../src/model/instant.ts";
import { LocalObjectStore } from "../../src/outbound/local-object-store.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import { FilesClient, multipartAround } from "../support/files-client.ts";
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

/** Everything that is on the disk and in the database about files. */
async function whatIsKept(): Promise<{ readonly onDisk: string[]; readonly rows: number; readonly uploads: number }> {
  const names = await readdir(join(dataFolder, "files"), { recursive: true, withFileTypes: true }).catch(() => []);
  const { rows } = await house.app.database.reads.query<{ files: number; uploads: number }>(
    "select (select count(*) from files) as files, (select count(*) from file_uploads) as uploads",
  );
  const onDisk = names.filter((entry) => entry.isFile()).map((entry) => entry.name);
  return { onDisk: onDisk.sort(), rows: rows[0]?.files ?? -1, uploads: rows[0]?.uploads ?? -1 };
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
    expect(mostHeldBytes).toBeLessThan(16 * mebibyte);
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

describe("a link", () => {
  it("gives the bytes to anyone who holds it, as a download that no browser shows", async () => {
    const id = await uploaded("<script>alert(1)</script>", "src/страница.html", "text/html");
    const answer = await fetch(await linkTo(id));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("<script>alert(1)</script>");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/html",
      "content-length": "25",
      "content-disposition": `attachment; filename="________.html"; filename*=UTF-8''${encodeURIComponent("страница.html")}`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private, no-store",
    });
  });

  it("is refused with 403 once any of its characters is another one", async () => {
    const id = await uploaded("secret");
    const url = await linkTo(id);
    const start = url.indexOf(id);
    let tried = 0;
    for (let at = start; at < url.length; at++) {
      const other = url[at] === "b" ? "c" : "b";
      const answer = await fetch(`${url.slice(0, at)}${other}${url.slice(at + 1)}`);
      expect([answer.status, at]).toEqual([403, at]);
      tried++;
    }
    expect(tried).toBeGreaterThan(90);
  });

  it("is refused with 403 when it is longer, shorter, spelled otherwise, or moved to another file", async () => {
    const [id, otherId] = [await uploaded("secret"), await uploaded("another")];
    const url = await linkTo(id);
    const wrong = [
      `${url}&a=1`,
      `${url}A`,
      url.slice(0, -1),
      url.replace("signature=", "signature=&signature="),
      url.replace(id, id.toUpperCase()),
      url.replace(id, `%30${id.slice(1)}`),
      url.replace(id, otherId),
      url.replace(/expires=(\d+)/, (_all, at) => `expires=${Number(at) + 1}`),
      url.replace(/expires=/, "expires=0"),
      url.slice(0, url.indexOf("?")),
      url.slice(0, url.indexOf("&")),
    ];
    for (const each of wrong) expect([(await fetch(each)).status, each]).toEqual([403, each]);
    expect((await fetch(url)).status).toBe(200);
  });

  it("is told as link_invalid in a problem document", async () => {
    const answer = await fetch(`${house.url}/v1/files/${await uploaded("x")}`);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(await answer.json()).toMatchObject({ status: 403, code: "link_invalid" });
  });

  it("lasts one hour, and not a second more", async () => {
    const url = await linkTo(await uploaded("x"));
    clock.advanceMinutes(59);
    expect((await fetch(url)).status).toBe(200);
    clock.advanceMinutes(1);
    expect((await fetch(url)).status).toBe(403);
  });

  it("survives a restart of the server", async () => {
    const url = await linkTo(await uploaded("still here"));
    await house.close();
    house = await openHouse();
    files = new FilesClient(house.url, owner.key);
    market = new AgentMarketClient(house.url);
    const answer = await fetch(`${house.url}${url.slice(new URL(url).origin.length)}`);
    expect(await answer.text()).toBe("still here");
  });

  it("begins with the public address where one is set", async () => {
    const id = await uploaded("x");
    const config = { dataFolder, publicUrl: "https://market.example.com/guild" };
    const second = await openTestHouse({ database, clock: clock.now, config });
    const { body } = await new FilesClient(second.url, owner.key).link(id);
    expect(body.url).toMatch(new RegExp(`^https://market\\.example\\.com/guild/v1/files/${id}\\?`));
    expect(body.expires_at).toBe(instantFromMs(Date.parse(clock.now()) + 3_600_000));
    await second.close();
  });

  it("is given to the owner only, until the file is handed in: then to the poster too, and to nobody else", async () => {
    const id = await uploaded("the work");
    const [poster, stranger] = [await market.register(), await market.register()];
    const asked = async ({ key }: { key: string }) => (await new FilesClient(house.url, key).link(id)).status;
    expect([await asked(owner), await asked(poster), await asked(stranger)]).toEqual([200, 404, 404]);
    const taskId = await market.postTask(poster.key);
    const accepted = await market.post(`/api/tasks/${taskId}/accept`, owner.key);
    expect(accepted.status).toBe(200);
    const { rows } = await house.app.database.reads.query<{ id: string }>(
      "select id from assignments where task_id = $1",
      [taskId],
    );
    await house.app.engine.execute(submitWork, {
      taskId,
      workerId: owner.id,
      assignmentId: rows[0]?.id ?? "",
      text: "See the file.",
      fileIds: [id],
      links: [],
    });
    expect([await asked(owner), await asked(poster), await asked(stranger)]).toEqual([200, 200, 404]);
  });

  it("to a file that is not there is 404 with a key, and nothing without one", async () => {
    expect((await files.link(crypto.randomUUID())).status).toBe(404);
    expect((await files.link("no-id")).status).toBe(404);
    expect((await fetch(`${house.url}/v1/files/${crypto.randomUUID()}/link`)).status).toBe(401);
  });
});
