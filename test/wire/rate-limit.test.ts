import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MemoryRateLimiter } from "../../src/wire/shared/memory-rate-limiter.ts";
import type { RateLimit, RateLimiter } from "../../src/wire/shared/rate-limit.ts";
import { RedisRateLimiter } from "../../src/wire/shared/redis-rate-limiter.ts";
import { ClubClient, claim, newTask, openOrganization, openWorker, submit } from "../support/club-client.ts";
import { freePort } from "../support/free-port.ts";
import { hasRedis, RedisServer } from "../support/redis-server.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const threeAMinute: RateLimit = { name: "things", limit: 3, windowMs: 60_000 };

function statuses(answers: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("the limiter in memory", () => {
  it("allows no more than its limit within any minute, wherever that minute begins", async () => {
    const clock = new VirtualClock();
    const limiter = new MemoryRateLimiter(clock.now);
    const allowedAtMs: number[] = [];
    for (let second = 0; second < 600; second++) {
      // Bursts where a window with a fixed start would let twice as many through.
      const attempts = second % 7 === 0 ? 5 : 1;
      for (let each = 0; each < attempts; each++) {
        if ((await limiter.take(threeAMinute, "a")).allowed) allowedAtMs.push(second * 1_000);
      }
      clock.advanceMinutes(1 / 60);
    }
    for (const atMs of allowedAtMs) {
      const within = allowedAtMs.filter((other) => other >= atMs && other < atMs + 60_000);
      expect(within.length).toBeLessThanOrEqual(3);
    }
    expect(allowedAtMs).toHaveLength(30);
  });

  it("says how many are left and when there is room again", async () => {
    const clock = new VirtualClock();
    const limiter = new MemoryRateLimiter(clock.now);
    expect(await limiter.take(threeAMinute, "a")).toEqual({ allowed: true, remaining: 2, resetMs: 60_000 });
    clock.advanceMinutes(0.5);
    expect(await limiter.take(threeAMinute, "a")).toEqual({ allowed: true, remaining: 1, resetMs: 30_000 });
    expect(await limiter.take(threeAMinute, "a")).toEqual({ allowed: true, remaining: 0, resetMs: 30_000 });
    expect(await limiter.take(threeAMinute, "a")).toEqual({ allowed: false, remaining: 0, resetMs: 30_000 });
    expect((await limiter.take(threeAMinute, "b")).allowed).toBe(true);
    expect((await limiter.take({ ...threeAMinute, name: "others" }, "a")).allowed).toBe(true);
    clock.advanceMinutes(0.5);
    expect(await limiter.take(threeAMinute, "a")).toEqual({ allowed: true, remaining: 0, resetMs: 30_000 });
  });

  it("holds a bounded number of keys, and none that has been quiet for its window", async () => {
    const clock = new VirtualClock();
    const limiter = new MemoryRateLimiter(clock.now, 100);
    for (let each = 0; each < 1_000; each++) await limiter.take(threeAMinute, `key ${each}`);
    expect(limiter.size).toBe(100);
    clock.advanceMinutes(1);
    await limiter.take(threeAMinute, "one more");
    expect(limiter.size).toBe(1);
  });
});

describe("the limits of the Club door", () => {
  const clock = new VirtualClock();
  let house: TestHouse;
  let club: ClubClient;
  beforeAll(async () => {
    house = await openTestHouse({ clock: clock.now });
    club = new ClubClient(house.url);
  });
  afterAll(() => house.close());

  it("answers 100 requests a minute a key, then 429 until there is room", async () => {
    const [busy, calm] = [await openOrganization(house), await openOrganization(house)];
    const answers = await Promise.all(Array.from({ length: 150 }, () => club.get("/tasks", busy.key)));
    expect(statuses(answers)).toEqual({ 200: 100, 429: 50 });
    clock.advanceMinutes(0.5);
    const refused = await club.get("/tasks", busy.key);
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({ error: { code: "rate_limited", message: expect.stringContaining("100") } });
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      "retry-after": "30",
      "ratelimit-limit": "100",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "30",
      "ratelimit-policy": '"requests";q=100;w=60',
      ratelimit: '"requests";r=0;t=30',
    });
    expect((await club.get("/tasks", calm.key)).status).toBe(200);
    clock.advanceMinutes(0.5);
    expect((await club.get("/tasks", busy.key)).status).toBe(200);
  });

  it("writes what is left on every answer to a key, good or bad, on every route and under /club too", async () => {
    const poster = await openOrganization(house);
    const worker = await openWorker(house);
    const mounted = new ClubClient(house.url, "/club/api/agent/v1");
    const posted = await club.post("/tasks", poster.key, newTask);
    const id: string = posted.body.task.id;
    await claim(house, id, worker);
    await submit(house, id, worker, "positive");
    const answers = [
      posted,
      await club.get("/tasks", poster.key),
      await mounted.get(`/tasks/${id}`, poster.key),
      await club.post(`/tasks/${id}/feedback`, poster.key, { rating: 5 }),
      await club.post(`/tasks/${id}/feedback`, poster.key, { rating: 5 }),
      await club.post("/tasks", poster.key, "{"),
      await club.get("/tasks?page=0", poster.key),
      await mounted.get("/tasks/none", poster.key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 409, 400, 400, 404]);
    const requestsLeft = answers.map(({ headers }) => /"requests";r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]);
    expect(requestsLeft).toEqual(["99", "98", "97", "96", "95", "94", "93", "92"]);
    expect(answers[1]?.headers.get("ratelimit-remaining")).toBe("98");
    expect(posted.headers.get("ratelimit-limit")).toBe("50");
    expect(posted.headers.get("ratelimit-policy")).toBe('"requests";q=100;w=60, "task-creations";q=50;w=3600');
  });

  it("lets a key create 50 tasks an hour; what is no valid task does not count, what the wallet refuses does", async () => {
    const poster = await openOrganization(house);
    for (let each = 0; each < 3; each++) await club.post("/tasks", poster.key, { title: "T" });
    expect((await club.post("/tasks", poster.key, { ...newTask, payout_cents: 999_999 })).status).toBe(402);
    const answers = await Promise.all(Array.from({ length: 60 }, () => club.post("/tasks", poster.key, newTask)));
    expect(statuses(answers)).toEqual({ 201: 49, 429: 11 });
    expect((await club.get("/tasks", poster.key)).body.total).toBe(49);
    clock.advanceMinutes(59);
    const refused = await club.post("/tasks", poster.key, newTask);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(refused.headers.get("ratelimit-limit")).toBe("50");
    expect((await club.get("/tasks", poster.key)).status).toBe(200);
    clock.advanceMinutes(1);
    expect((await club.post("/tasks", poster.key, newTask)).status).toBe(201);
  });
});

describe("a server whose Redis is not there", () => {
  it("starts, answers, and keeps its own limits", async () => {
    const house = await openTestHouse({ config: { redisUrl: `redis://127.0.0.1:${await freePort()}` } });
    const { key } = await openOrganization(house);
    const club = new ClubClient(house.url);
    const answers = await Promise.all(Array.from({ length: 120 }, () => club.get("/tasks", key)));
    expect(statuses(answers)).toEqual({ 200: 100, 429: 20 });
    await house.close();
  });
});

const withRedis = hasRedis();
if (!withRedis) process.stdout.write("skipped: rate limits over Redis, because there is no redis-server on the PATH\n");

describe.skipIf(!withRedis)("limits over Redis", () => {
  let redis: RedisServer;
  let said: string[];
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  beforeEach(() => {
    said = [];
  });
  afterAll(() => redis.close());

  function openLimiter(): RateLimiter {
    const log = {
      warn: (_facts: object, message: string) => said.push(message),
      info: (message: string) => said.push(message),
    };
    const clock = new VirtualClock();
    return new RedisRateLimiter({ url: redis.url, fallback: new MemoryRateLimiter(clock.now), log });
  }

  it("hold exactly over two servers, however the requests fall on them", async () => {
    const config = { redisUrl: redis.url };
    const first = await openTestHouse({ config });
    const second = await openTestHouse({ config, database: first.database });
    const { key } = await openOrganization(first);
    const clubs = [new ClubClient(first.url), new ClubClient(second.url)] as const;
    const posts = await Promise.all(
      Array.from({ length: 80 }, (_, index) => clubs[index % 3 === 0 ? 0 : 1].post("/tasks", key, newTask)),
    );
    expect(statuses(posts)).toEqual({ 201: 50, 429: 30 });
    const gets = await Promise.all(
      Array.from({ length: 60 }, (_, index) => clubs[index % 3 === 0 ? 0 : 1].get("/tasks", key)),
    );
    expect(statuses(gets)).toEqual({ 200: 20, 429: 40 });
    const retryAfter = Number((await clubs[0].get("/tasks", key)).headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    await second.close();
    await first.close();
  });

  it("make room as the oldest leaves the window, and leave nothing behind", async () => {
    const limiter = openLimiter();
    const twoAHalfSecond: RateLimit = { name: "short", limit: 2, windowMs: 500 };
    const takes = await Promise.all([1, 2, 3].map(() => limiter.take(twoAHalfSecond, "a")));
    expect(takes.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 1],
      [true, 0],
      [false, 0],
    ]);
    const resetMs = takes[2]?.resetMs ?? 0;
    expect(resetMs).toBeGreaterThan(0);
    expect(resetMs).toBeLessThanOrEqual(500);
    await pause(resetMs + 20);
    expect((await limiter.take(twoAHalfSecond, "a")).allowed).toBe(true);
    expect(said).toEqual([]);
    limiter.close();
    await pause(520);
    const client = new Redis(redis.url);
    expect(await client.keys("*short*")).toEqual([]);
    client.disconnect();
  });

  it.each([
    ["is killed", () => redis.end(), () => redis.startAgain()],
    ["hangs", () => redis.freeze(), () => redis.thaw()],
  ])("go on in memory while Redis %s, without a long wait, and say so once", async (_what, breakIt, mendIt) => {
    const limiter = openLimiter();
    expect((await limiter.take(threeAMinute, "b")).allowed).toBe(true);
    await breakIt();
    const startedMs = performance.now();
    const takes = [];
    for (let each = 0; each < 50; each++) takes.push(await limiter.take(threeAMinute, "b"));
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect(takes.filter(({ allowed }) => allowed)).toHaveLength(3);
    // Long enough for Redis to be asked again, and not to answer again.
    const stillDownUntilMs = performance.now() + 2_500;
    await until(async () => {
      await limiter.take(threeAMinute, "c");
      return performance.now() > stillDownUntilMs;
    });
    await mendIt();
    await until(async () => {
      await limiter.take(threeAMinute, "c");
      return said.at(-1)?.startsWith("Redis answers again") === true;
    });
    expect(said).toEqual([
      "Redis does not answer: rate limits count for this server alone",
      "Redis answers again: rate limits count over all servers",
    ]);
    limiter.close();
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > giveUpAtMs) throw new Error("It did not happen in time.");
    await pause(50);
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
