import { hash } from "@node-rs/argon2";
import { beforeAll, describe, expect, it } from "vitest";
import { Passwords } from "../../src/people/passwords.ts";

let stored: string;

beforeAll(async () => {
  stored = await new Passwords().hash("correct horse");
});

describe("passwords", () => {
  it("are kept as argon2id of 19 MiB and two passes, salted anew each time", async () => {
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await new Passwords().hash("correct horse")).not.toBe(stored);
  });

  it("match themselves and nothing else", async () => {
    const passwords = new Passwords();
    expect(await passwords.verify(stored, "correct horse")).toBe(true);
    expect(await passwords.verify(stored, "Correct horse")).toBe(false);
    expect(await passwords.verify(null, "correct horse")).toBe(false);
  });

  it("are compared as many at once as allowed, then wait, then are refused; afterwards all goes on", async () => {
    const passwords = new Passwords({ maxRunning: 2, maxWaiting: 3 });
    const settled = await Promise.allSettled(
      Array.from({ length: 8 }, () => passwords.verify(stored, "correct horse")),
    );
    expect(settled.map(({ status }) => status)).toEqual([...Array(5).fill("fulfilled"), ...Array(3).fill("rejected")]);
    for (const each of settled.slice(5))
      expect(each).toMatchObject({ reason: { code: "queue_full", kind: "unavailable" } });
    expect(await passwords.verify(stored, "correct horse")).toBe(true);
  });

  it("never run more at once than allowed: one that is quick waits for a slow one before it", async () => {
    const slow = await hash("x", { memoryCost: 19_456, timeCost: 40, parallelism: 1 });
    const passwords = new Passwords({ maxRunning: 1, maxWaiting: 9 });
    const ended: string[] = [];
    await Promise.all([
      passwords.verify(slow, "x").then(() => ended.push("slow")),
      ...Array.from({ length: 3 }, () => passwords.verify(stored, "x").then(() => ended.push("quick"))),
    ]);
    expect(ended).toEqual(["slow", "quick", "quick", "quick"]);
  });

  it("give their place back when a hash cannot be read", async () => {
    const passwords = new Passwords({ maxRunning: 1, maxWaiting: 0 });
    await expect(passwords.verify("not a hash", "x")).rejects.toThrow();
    expect(await passwords.verify(stored, "correct horse")).toBe(true);
  });
});
