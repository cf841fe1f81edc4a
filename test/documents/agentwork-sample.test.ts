import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentworkClient } from "../support/agentwork-client.ts";
import { Engineer } from "../support/engineer.ts";
import { FilesClient } from "../support/files-client.ts";
import { NativeClient } from "../support/native-client.ts";
import { hasPythonModule, runPythonSample } from "../support/python-sample.ts";
import { openTestHouse, type TestHouse } from "../support/test-house.ts";

const withPython = hasPythonModule("httpx");
if (!withPython)
  process.stdout.write("skipped: Agentwork's own Python sample, because there is no python3 with httpx\n");

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

describe.skipIf(!withPython)("the Python sample of Agentwork's document", () => {
  it("delegates, answers, approves and fetches the files, changed only in its address, key and poll interval", async () => {
    const engineer = await Engineer.hire(house.app);
    const { key } = await new AgentworkClient(house.url).register();
    const [{ code, output }] = await Promise.all([
      runPythonSample("agentwork_sample.py", {
        '"https://agentwork.com"': JSON.stringify(house.url),
        '"aw_live_..."': JSON.stringify(key),
        "time.sleep(10)": "time.sleep(0.05)",
      }),
      work(engineer.key),
    ]);
    const said = output.split("\n").filter((line) => line !== "Status: processing");
    expect(said).toEqual([
      expect.stringMatching(/^Created task: [0-9a-f-]{36}$/),
      "Status: awaiting_reply",
      expect.stringContaining('Question: {"type":"clarifying_questions"'),
      "Status: awaiting_reply",
      "  Question: Shall I add tests?",
      "Status: awaiting_solution_approval",
      "  Solution proposed: FizzBuzz, with tests....",
      "Status: completed",
      "  Result: FizzBuzz, with tests.",
      expect.stringMatching(/^ {2}File: fizzbuzz\.rs -> http:\/\/127\.0\.0\.1:\d+\/v1\/files\//),
      "",
    ]);
    expect(code).toBe(0);
  });
});

/** The worker behind the market: waits for a task, asks a structured question and a plain one, hands in a file. */
async function work(key: string): Promise<void> {
  const native = new NativeClient(house.url);
  const { task, assignment } = (await native.post("/v1/work/next", key, { wait_seconds: 20 })).body;
  const say = async (what: string, body: unknown): Promise<void> => {
    const { status, body: answer } = await native.post(`/v1/assignments/${assignment.id}/${what}`, key, body);
    if (status !== 200) throw new Error(`${what} answered ${status}: ${JSON.stringify(answer)}`);
  };
  const stream = await native.stream(task.id, key);
  const answersSeen = async (count: number): Promise<void> => {
    while (stream.types.filter((type) => type === "question.answered").length < count) {
      await stream.atLeast(stream.events.length + 1, 20_000);
    }
  };
  try {
    await say("progress", { content: "Analyzing requirements..." });
    const question = { type: "single_select", question: "Which edition?", options: ["2021", "2024"] };
    await say("ask", { type: "clarifying_questions", questions: [question] });
    await answersSeen(1);
    await say("ask", { type: "to_customer", content: "Shall I add tests?" });
    await answersSeen(2);
    const { file } = (await new FilesClient(house.url, key).upload("fn main() {}", { name: "fizzbuzz.rs" })).body;
    await say("submit", { text: "FizzBuzz, with tests.", file_ids: [file.id] });
  } finally {
    stream.close();
  }
}
