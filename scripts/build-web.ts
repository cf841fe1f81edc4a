import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/**
 * Builds the web app into `web/dist`, with every text compressed beside it, and holds it to its weight. Does nothing when
 * what is there is newer than everything it was made of.
 */

const root = join(import.meta.dirname, "..");
const output = join(root, "web/dist");
/** 5-native: what a browser fetches before the first page can be used, gzipped. */
const maxFirstLoadBytes = 300_000;
const sources = [
  "web/src",
  "web/public",
  "sdk/src",
  "web/index.html",
  "web/reference.html",
  "web/vite.config.ts",
  "web/package.json",
];

/** As much of Vite's manifest as is read here. */
type Manifest = Readonly<Record<string, { file: string; imports?: string[]; css?: string[]; assets?: string[] }>>;

async function newestMs(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(path, { recursive: true });
  const times = await Promise.all(names.map(async (name) => (await stat(join(path, name))).mtimeMs));
  return Math.max(found.mtimeMs, ...times);
}

async function isFresh(): Promise<boolean> {
  const builtMs = await newestMs(join(output, ".vite/manifest.json"));
  const changedMs = await Promise.all(sources.map((source) => newestMs(join(root, source))));
  return builtMs > Math.max(...changedMs);
}

async function bundle(): Promise<void> {
  const args = ["build", "--config", "web/vite.config.ts", "--logLevel", "warn"];
  const child = spawn(join(root, "node_modules/.bin/vite"), args, { cwd: root, stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`The web app could not be built (${code}).`);
}

/** Once here instead of at every request. */
async function compress(): Promise<void> {
  for (const name of await readdir(output, { recursive: true })) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const bytes = await readFile(join(output, name));
    await writeFile(join(output, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    await writeFile(join(output, `${name}.br`), brotliCompressSync(bytes, { params }));
  }
}

/** What the first page brings with it: the entry, what it imports, their styles. Pages come later, one by one. */
async function firstLoadFiles(): Promise<ReadonlySet<string>> {
  const manifest: Manifest = JSON.parse(await readFile(join(output, ".vite/manifest.json"), "utf8"));
  const files = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const style of chunk.css ?? []) files.add(style);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  visit("index.html");
  return files;
}

async function weigh(): Promise<void> {
  let total = 0;
  for (const file of await firstLoadFiles()) {
    const bytes = (await stat(join(output, `${file}.gz`))).size;
    total += bytes;
    process.stdout.write(`${String(Math.round(bytes / 1_000)).padStart(5)} kB  ${file}\n`);
  }
  const kilobytes = (bytes: number): string => `${Math.round(bytes / 1_000)} kB`;
  process.stdout.write(
    `${kilobytes(total).padStart(8)}  first load, gzipped (limit ${kilobytes(maxFirstLoadBytes)})\n`,
  );
  if (total > maxFirstLoadBytes) throw new Error("The web app's first load is too heavy.");
}

if (await isFresh()) {
  process.stdout.write("The web app is up to date.\n");
} else {
  await bundle();
  await compress();
  await weigh();
}
