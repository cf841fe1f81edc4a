import { once } from "node:events";
import { createServer, request } from "node:http";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/runner/sandbox/run-to-end.ts";
import { openTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const opened = await openTestSandbox();
let box: TestSandbox;
beforeEach(() => {
  if (opened !== undefined) box = opened;
});
afterAll(() => opened?.close());

const MiB = 1024 ** 2;
/** Two processors are shared with the bombs and with whatever else runs: seconds would mean that we hang. */
const answerMsMax = 1_000;
let workspaces = 0;

/** Runs a script of the shell in a workspace of its own while this process answers over HTTP; both must go on. */
async function whileAnswering(script: string, limits: Parameters<TestSandbox["shell"]>[1]): Promise<RunResult> {
  const workspaceFolder = await box.workspaceNamed(`bomb-${++workspaces}`);
  const server = createServer((_request, response) => response.end("still here")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  let running = true;
  let slowestMs = 0;
  const asking = (async () => {
    while (running) {
      const startedMs = performance.now();
      const [answer] = await once(request({ port, host: "127.0.0.1", agent: false }).end(), "response");
      answer.resume();
      await once(answer, "end");
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const result = await box.shell(script, { ...limits, workspaceFolder });
  running = false;
  await asking;
  server.close();
  await box.sandbox.removeWorkspace(workspaceFolder);
  expect(slowestMs).toBeGreaterThan(0);
  expect(slowestMs).toBeLessThan(answerMsMax);
  return result;
}

describe.skipIf(opened === undefined)(
  "a bomb in the sandbox goes off in the sandbox, while the server answers:",
  () => {
    it("processes that start processes", async () => {
      // The shell that counts starts none itself, because there is none left to be had.
      const count = "n=0; for p in /proc/[0-9]*; do n=$((n+1)); done; [ $n -gt $max ] && max=$n && echo $max";
      const script = `bomb() { bomb | bomb & bomb; }; bomb 2>/dev/null & max=0; while :; do ${count}; done`;
      const result = await whileAnswering(script, { limits: { processes: 50, wallMs: 1_500 } });
      expect(result.endedBy).toBe("time");
      const most = Number(result.stdout.toString().trim().split("\n").at(-1));
      expect(most).toBeGreaterThan(10);
      // Seen one after the other while they come and go; without a limit there are thousands.
      expect(most).toBeLessThan(150);
    });

    it("threads without end", async () => {
      const script = `node -e '
      const start = () => { try { new (require("worker_threads").Worker)("setInterval(()=>{},1e3)", {eval: true}).on("error", () => {}).on("online", start); } catch {} };
      start()'`;
      const result = await whileAnswering(script, { limits: { processes: 40, wallMs: 2_500, memoryBytes: 600 * MiB } });
      expect(["time", "memory", "exit"]).toContain(result.endedBy);
      if (result.endedBy === "exit") expect(result.exitCode).not.toBe(0);
    });

    it("memory without end, in one process", async () => {
      const script = "node -e 'const held = []; for (;;) held.push(Buffer.alloc(4e6, 1));'";
      const result = await whileAnswering(script, { limits: { memoryBytes: 200 * MiB, wallMs: 20_000 } });
      expect(result).toMatchObject({ endedBy: "memory", exitCode: null });
    });

    it("memory without end, in many small processes", async () => {
      const one = "head -c 60000000 /dev/zero | tail -c 60000000 | sleep 1000";
      const script = `for i in 1 2 3 4 5 6 7 8; do (${one}) & done; wait; sleep 1000`;
      const result = await whileAnswering(script, { limits: { memoryBytes: 150 * MiB, wallMs: 20_000 } });
      expect(result.endedBy).toBe("memory");
    });

    it("memory that belongs to nobody, in the private /tmp", async () => {
      const script = "cat /dev/zero > /tmp/a; cat /dev/zero > /dev/shm/b; rm -f /tmp/a; wc -c < /dev/shm/b";
      const limits = { temporaryBytes: 20 * MiB, memoryBytes: 300 * MiB };
      const result = await whileAnswering(script, { limits });
      expect(result.stdout.toString().trim()).toBe(String(64 * MiB));
      expect(result.stderr.toString()).toContain("No space left");
    });

    it("memory in files of the private /tmp counts like any other", async () => {
      const limits = { temporaryBytes: 1024 * MiB, memoryBytes: 100 * MiB, wallMs: 20_000 };
      const result = await whileAnswering("cat /dev/zero > /tmp/a; sleep 1000", { limits });
      expect(result.endedBy).toBe("memory");
      expect(result.cost.memoryPeakBytes).toBeLessThan(600 * MiB);
    });

    it("one endless file", async () => {
      const result = await whileAnswering("cat /dev/zero > endless; sleep 1000", {
        limits: { diskBytes: 30 * MiB, wallMs: 20_000 },
      });
      // The shell goes on after its child was stopped at the size; the full workspace is what ends it.
      expect(result.endedBy).toBe("disk");
    });

    it("many files, and files without names", async () => {
      const many = "i=0; while :; do i=$((i+1)); head -c 5000000 /dev/zero > f$i; done";
      const limits = { diskBytes: 30 * MiB, wallMs: 20_000 };
      expect(await whileAnswering(many, { limits })).toMatchObject({ endedBy: "disk" });
      const nameless =
        "exec 3>x; rm x; head -c 25000000 /dev/zero >&3; exec 4>y; rm y; head -c 25000000 /dev/zero >&4; sleep 1000";
      expect(await whileAnswering(nameless, { limits })).toMatchObject({ endedBy: "disk" });
    });

    it("empty files without end", async () => {
      const result = await whileAnswering("i=0; while :; do i=$((i+1)); : > f$i; done", {
        limits: { files: 500, wallMs: 20_000 },
      });
      expect(result.endedBy).toBe("disk");
    });

    it("folders in folders, deeper than any path is long, closed ones among them: even they can be removed", async () => {
      const script = `node -e '
      const name = "n".repeat(200);
      for (let depth = 0; depth < 60; depth++) { fs.mkdirSync(name); process.chdir(name); }
      fs.writeFileSync("closed", ""); fs.chmodSync(".", 0); fs.mkdirSync("/workspace/closed", 0);'`;
      expect(await whileAnswering(script, {})).toMatchObject({ endedBy: "exit", exitCode: 0 });
    });

    it("output without end", async () => {
      const result = await whileAnswering("yes & yes >&2", { limits: { outputBytes: MiB, wallMs: 20_000 } });
      expect(result.endedBy).toBe("output");
      expect(result.stdout.length + result.stderr.length).toBe(MiB);
    });

    it("time and processor time without end", async () => {
      const sleeping = await whileAnswering("trap '' TERM INT HUP; sleep 1000", { limits: { wallMs: 200 } });
      expect(sleeping).toMatchObject({ endedBy: "time", exitCode: null });
      expect(sleeping.cost.wallMs).toBeLessThan(5_000);
      const busy = await whileAnswering("while :; do :; done", { limits: { cpuMs: 300, wallMs: 20_000 } });
      expect(busy.endedBy).toBe("cpu");
      expect(busy.cost.cpuMs).toBeGreaterThan(250);
    });

    it("input that is never read, and output that is never fetched", async () => {
      const unread = await whileAnswering("exec <&-; sleep 0.1", { stdin: Buffer.alloc(5 * MiB) });
      expect(unread).toMatchObject({ endedBy: "exit", exitCode: 0 });
      const program = await box.start(["/bin/sh", "-c", "yes"]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      program.stop();
      expect(await program.ended).toMatchObject({ endedBy: "stopped" });
    });
  },
);
