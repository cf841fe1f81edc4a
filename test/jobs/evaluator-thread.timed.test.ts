import { afterEach, describe, expect, it } from "vitest";
import { EvaluatorThread } from "../../src/jobs/evaluator-thread.ts";
import { aBrief, aDelivery, aFile } from "../evaluation/examples.ts";

/** Deliveries that keep a thread busy: one for a while, one for longer than anybody waits. */
const tables = "|a|b\n|-|-\n";
const busy = (files: number) =>
  aDelivery({ files: Array.from({ length: files }, (_, place) => aFile(`${place}`, tables.repeat(26_000))) });
const brief = aBrief({ title: "Research 50 companies", description: "CSV and Markdown" });
const easy = { brief, delivery: aDelivery({ text: "Done." }), nonce: null };

let thread: EvaluatorThread;
afterEach(() => thread.close());

describe("the thread that makes the checks", () => {
  it("leaves the server free to answer meanwhile", async () => {
    thread = new EvaluatorThread();
    await thread.evaluate(easy);
    let longestMs = 0;
    let beforeMs = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - beforeMs);
      beforeMs = performance.now();
    }, 5);
    const startedMs = performance.now();
    await thread.evaluate({ brief, delivery: busy(3), nonce: null });
    clearInterval(timer);
    expect(longestMs).toBeLessThan((performance.now() - startedMs) / 2);
  });

  it("gives up a delivery that takes too long, and is there for those that wait", async () => {
    thread = new EvaluatorThread(4_000);
    await thread.evaluate(easy);
    const slow = thread.evaluate({ brief, delivery: busy(200), nonce: null });
    const next = thread.evaluate(easy);
    await expect(slow).rejects.toThrow("The checks took too long.");
    expect((await next).checks.find(({ name }) => name === "not_empty")).toMatchObject({ score: 1 });
  });

  it("ends at once when it is closed, whatever it is busy with", async () => {
    thread = new EvaluatorThread();
    await thread.evaluate(easy);
    const slow = expect(thread.evaluate({ brief, delivery: busy(200), nonce: null })).rejects.toThrow("was closed");
    const waiting = expect(thread.evaluate(easy)).rejects.toThrow("was closed");
    const startedMs = performance.now();
    await thread.close();
    await Promise.all([slow, waiting]);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  it("prepares the question to a model only if there is one to ask", async () => {
    thread = new EvaluatorThread();
    expect((await thread.evaluate(easy)).question).toBeNull();
    expect((await thread.evaluate({ ...easy, nonce: "n0nce" })).question?.prompt).toContain("<delivery n0nce>\n[text:");
  });

  it("may be closed before it was used", async () => {
    thread = new EvaluatorThread();
    await expect(thread.close()).resolves.toBeUndefined();
  });
});
