import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/**
 * Compiles a package of this repository for publishing: `node scripts/build.ts [FOLDER]`. JavaScript and types in `dist/`,
 * and whatever else its source reads at run time.
 */

const root = join(import.meta.dirname, "..");
const folder = resolve(root, process.argv[2] ?? ".");
const [source, output] = [join(folder, "src"), join(folder, "dist")];

async function compile(): Promise<void> {
  const compiler = join(root, "node_modules/.bin/tsc");
  const child = spawn(compiler, ["-p", join(folder, "tsconfig.build.json")], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`The compiler ended with ${code}.`);
}

/** The compiler leaves `.ts` in the imports of declarations; what is published has no such files. */
async function nameDeclaredFiles(): Promise<void> {
  for (const name of await readdir(output, { recursive: true })) {
    if (!name.endsWith(".d.ts")) continue;
    const file = join(output, name);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/((?:from |import\(|import )"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

async function copyQueries(): Promise<void> {
  for (const name of await readdir(source, { recursive: true })) {
    if (name.endsWith(".sql")) await cp(join(source, name), join(output, name));
  }
}

await rm(output, { recursive: true, force: true });
await compile();
await nameDeclaredFiles();
await copyQueries();
