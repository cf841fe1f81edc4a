import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { submitWork } from "../../src/market/submit-work.ts";
import { instantFromMs } from "../../src/model/instant.ts";
import { AgentMarketClient } from "../support/agentmarket-client.ts";
import { DataFolders } from "../support/data-folders.ts";
import { FilesClient } from "../support/files-client.ts";
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
