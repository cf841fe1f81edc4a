import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** What is tested is the app as it is built; nothing happens when it is up to date. */
export default async function buildWebApp(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, "../../../scripts/build-web.ts")]);
}
