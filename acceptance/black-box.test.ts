import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { expect, it } from "vitest";

const folder = import.meta.dirname;
/** `from "x"`, `import "x"`, `import("x")` and `require("x")`, with any quotes. */
const importPattern = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'`])([^"'`]*)\1/g;

/** Whether a file of this folder may import it: Node itself, the test runner, or another file of this folder. */
function isAllowed(specifier: string, file: string): boolean {
  if (!specifier.startsWith(".")) return specifier.startsWith("node:") || specifier === "vitest";
  const target = relative(folder, resolve(dirname(file), specifier));
  return target !== ".." && !target.startsWith(`..${sep}`);
}

function strangersIn(text: string, file: string): string[] {
  const specifiers = [...text.matchAll(importPattern)].map((match) => match[2] ?? "");
  return specifiers.filter((specifier) => !isAllowed(specifier, file));
}

it("knows the server only from outside: nothing here imports its source, its tests or its packages", async () => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    const file = join(folder, name);
    if (file === import.meta.filename) continue;
    expect(strangersIn(await readFile(file, "utf8"), file), name).toEqual([]);
  }
});

it("would notice every way to import", () => {
  const file = join(folder, "support", "some-file.ts");
  const smuggled = [
    'import { a } from "../../src/app.ts";',
    "import '../../test/support/test-house.ts';",
    'await import("../../src/app.ts");',
    'export { b } from "undici";',
    'require("pg");',
    'import type { C } from "../../src/config.ts";',
  ];
  for (const line of smuggled) expect(strangersIn(line, file), line).toHaveLength(1);
  expect(strangersIn('import { d } from "./http.ts"; import { e } from "node:fs";', file)).toEqual([]);
});
