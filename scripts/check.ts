import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Every check the project has, one after the other, all of them even if one fails. Ends with `N passed, N failed`: the
 * tests, and one for each of the other checks.
 */

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = join(import.meta.dirname, "..");
const testResults = join(root, "node_modules/.cache/guildhall/test-results.json");

async function run(title: string, command: string, args: readonly string[]): Promise<boolean> {
  process.stdout.write(`\n── ${title}\n`);
  const startedMs = performance.now();
  const child = spawn(join(root, "node_modules/.bin", command), args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "exit");
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stdout.write(`── ${title}: ${code === 0 ? "ok" : `failed (${code})`}, ${seconds} s\n`);
  return code === 0;
}

function single(ok: boolean): Tally {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** What Vitest wrote down. A run that failed without a failed test (a broken set-up) counts as one failure. */
async function testTally(ok: boolean): Promise<Tally> {
  try {
    const results = JSON.parse(await readFile(testResults, "utf8"));
    const failed = Number(results.numFailedTests);
    return {
      passed: Number(results.numPassedTests),
      failed: ok ? failed : Math.max(failed, 1),
      skipped: Number(results.numPendingTests) + Number(results.numTodoTests),
    };
  } catch (error) {
    process.stdout.write(`The test results cannot be read: ${String(error)}\n`);
    return single(false);
  }
}

await rm(testResults, { force: true });
const tallies = [
  single(await run("format and lint", "biome", ["ci", "--error-on-warnings"])),
  single(await run("types", "tsc", ["--noEmit", "-p", "."])),
  single(await run("types of the web app", "tsc", ["--noEmit", "-p", "web"])),
  single(await run("web app and its weight", "node", ["scripts/build-web.ts"])),
  single(await run("unused code and dependencies", "knip", [])),
];
tallies.push(await testTally(await run("tests", "vitest", ["run"])));

const total = (field: keyof Tally): number => tallies.reduce((sum, tally) => sum + tally[field], 0);
const skipped = total("skipped") > 0 ? `, ${total("skipped")} skipped` : "";
process.stdout.write(`\n${total("passed")} passed, ${total("failed")} failed${skipped}\n`);
process.exitCode = total("failed") === 0 && total("passed") > 0 ? 0 : 1;
