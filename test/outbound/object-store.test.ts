import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import S3rver from "@20minutes/s3rver";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instantFromMs } from "../../src/model/instant.ts";
import { LocalObjectStore } from "../../src/outbound/local-object-store.ts";
import type { ObjectStore } from "../../src/outbound/object-store.ts";
import { inParts } from "../../src/outbound/parts.ts";
import { S3ObjectStore, type S3Settings } from "../../src/outbound/s3-object-store.ts";
import { FileLinks } from "../../src/wire/shared/file-links.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import { FilesClient } from "../support/files-client.ts";
import { openTestHouse, testSecret } from "../support/test-house.ts";

const mebibyte = 1_048_576;
const folders = new DataFolders();
afterAll(() => folders.clear());

function streamOf(bytes: Uint8Array, pieceBytes = 65_536): Readable {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  return Readable.from(pieces);
}

/** Gives these bytes and then fails, as a connection does that is cut. */
async function* cutAfter(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* streamOf(bytes);
  throw new Error("cut");
}

async function bytesOf(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.read(key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What every store promises, whatever it is made of. */
function keepsItsPromises(open: () => Promise<ObjectStore>): void {
  it.each([0, 1, 65_537, 8 * mebibyte, 8 * mebibyte + 1, 20 * mebibyte])(
    "gives back %i bytes as they were put",
    async (size) => {
      const [store, key, bytes] = [await open(), crypto.randomUUID(), randomBytes(size)];
      await store.put(key, streamOf(bytes));
      expect((await bytesOf(store, key)).equals(bytes)).toBe(true);
    },
  );

  it.each([10, 9 * mebibyte])("shows nothing of a stream that was cut after %i bytes", async (size) => {
    const [store, key] = [await open(), crypto.randomUUID()];
    await expect(store.put(key, cutAfter(randomBytes(size)))).rejects.toThrow("cut");
    await expect(store.read(key)).rejects.toThrow();
  });

  it("removes an object, and does not mind one that is not there", async () => {
    const [store, key] = [await open(), crypto.randomUUID()];
    await store.put(key, streamOf(Buffer.from("x")));
    await store.remove(key);
    await store.remove(key);
    await expect(store.read(key)).rejects.toThrow();
  });

  it.each(["../../etc/passwd", "a/b", "", "x".repeat(36), crypto.randomUUID().toUpperCase()])(
    "takes no key that is not one of ours: %j",
    async (key) => {
      const store = await open();
      await expect(store.put(key, streamOf(Buffer.from("x")))).rejects.toThrow("UUID");
      await expect(store.read(key)).rejects.toThrow("UUID");
      await expect(store.remove(key)).rejects.toThrow("UUID");
    },
  );
}

describe("objects on the local disk", () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(await folders.make(), "files");
  });
  keepsItsPromises(async () => new LocalObjectStore(folder));

  it("are readable by their owner alone and spread over folders", async () => {
    const [store, key] = [new LocalObjectStore(folder), "0190f5fe-7c00-7a00-8000-0123456789ab"];
    await store.put(key, streamOf(Buffer.from("mine")));
    const path = join(folder, "89", "ab", key);
    expect(await readFile(path, "utf8")).toBe("mine");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("leave no unfinished file behind a stream that was cut", async () => {
    const own = join(await folders.make(), "files");
    const store = new LocalObjectStore(own);
    await expect(store.put(crypto.randomUUID(), cutAfter(randomBytes(mebibyte)))).rejects.toThrow("cut");
    expect(await filesBelow(own)).toEqual([]);
  });

  it("are never written over", async () => {
    const [store, key] = [new LocalObjectStore(folder), crypto.randomUUID()];
    let proceed = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("first");
      await gate;
    }
    const first = store.put(key, slow());
    await expect.poll(() => readdir(join(folder, "unfinished")).then((names) => names.includes(key))).toBe(true);
    await expect(store.put(key, streamOf(Buffer.from("second")))).rejects.toThrow("EEXIST");
    proceed();
    await first;
    expect(String(await bytesOf(store, key))).toBe("first");
  });

  it("have no direct link", async () => {
    expect(await new LocalObjectStore(folder).directLink()).toBeUndefined();
  });
});

describe("objects in S3", () => {
  let server: S3rver;
  let settings: S3Settings;
  let directory: string;
  const stores: S3ObjectStore[] = [];

  beforeAll(async () => {
    directory = await folders.make();
    server = new S3rver({
      port: 0,
      address: "127.0.0.1",
      silent: true,
      directory,
      configureBuckets: [{ name: "guildhall", configs: [] }],
    });
    const { port } = await server.run();
    settings = {
      bucket: "guildhall",
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
      forcePathStyle: true,
    };
  });
  afterAll(async () => {
    for (const store of stores) store.close();
    await server.close();
  });

  function open(now?: () => Date): S3ObjectStore {
    const store = new S3ObjectStore(settings, now);
    stores.push(store);
    return store;
  }

  const link = { disposition: 'attachment; filename="a.txt"', mediaType: "text/x-test", lastsSeconds: 3_600 };

  keepsItsPromises(async () => open());

  it("can be fetched by a direct link without a key, as a download", async () => {
    const [store, key] = [open(), crypto.randomUUID()];
    await store.put(key, streamOf(Buffer.from("direct")));
    const answer = await fetch(await store.directLink(key, link));
    expect(await answer.text()).toBe("direct");
    expect(answer.headers.get("content-disposition")).toBe(link.disposition);
    expect(answer.headers.get("content-type")).toContain("text/x-test");
  });

  it("are refused to a direct link that was altered, or is older than its hour", async () => {
    const [store, key] = [open(), crypto.randomUUID()];
    await store.put(key, streamOf(Buffer.from("direct")));
    const url = await store.directLink(key, link);
    const altered = [
      url.replace(/X-Amz-Signature=(.)/, (_all, first) => `X-Amz-Signature=${first === "0" ? "1" : "0"}`),
      url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
      url.replace("a.txt", "b.exe"),
    ];
    for (const each of altered) {
      expect(each).not.toBe(url);
      expect((await fetch(each)).status).toBe(403);
    }
    const old = open(() => new Date(Date.now() - 3_601_000));
    expect((await fetch(await old.directLink(key, link))).status).toBe(403);
    const nearlyOld = open(() => new Date(Date.now() - 3_500_000));
    expect((await fetch(await nearlyOld.directLink(key, link))).status).toBe(200);
  });

  it("cannot be put or read with a wrong secret", async () => {
    const wrong = new S3ObjectStore({
      ...settings,
      credentials: { accessKeyId: "S3RVER", secretAccessKey: "wrong" },
    });
    stores.push(wrong);
    await expect(wrong.put(crypto.randomUUID(), streamOf(Buffer.from("x")))).rejects.toThrow();
  });

  it("are where a server with S3 settings keeps its files: links lead there, and our own stream through us", async () => {
    const house = await openTestHouse({ config: { s3: settings } });
    try {
      const owner = await new AgentMarketClient(house.url).register();
      const files = new FilesClient(house.url, owner.key);
      const content = randomBytes(9 * mebibyte);
      const { status, body } = await files.upload(content, { name: "data.bin" });
      expect(status).toBe(201);
      expect(body.file.sha256).toBe(createHash("sha256").update(content).digest("hex"));
      const direct = (await files.link(body.file.id)).body.url;
      expect(direct.startsWith(settings.endpoint)).toBe(true);
      const ours = new FileLinks({
        secret: testSecret,
        clock: () => instantFromMs(Date.now()),
        publicUrl: () => house.url,
      }).signedUrl(body.file.id);
      for (const url of [direct, ours]) {
        expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(content)).toBe(true);
      }
    } finally {
      await house.close();
    }
  });
});

describe("cutting a stream into parts", () => {
  it("makes all parts but the last exactly as large as asked, whatever the chunks were", async () => {
    const bytes = randomBytes(1_000);
    for (const chunkBytes of [1, 7, 99, 100, 101, 1_000]) {
      const parts: Uint8Array[] = [];
      for await (const part of inParts(streamOf(bytes, chunkBytes), 100)) parts.push(part);
      expect(parts.map((part) => part.length)).toEqual(Array.from({ length: 10 }, () => 100));
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    }
  });
});
