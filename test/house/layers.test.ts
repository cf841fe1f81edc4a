import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** Which room may import which; docs/architecture.md shows the same table. A room not listed here does not exist. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  model: [],
  market: ["model"],
  manager: ["model"],
  store: ["model", "market"],
  postgres: [],
  engine: ["market", "store", "model"],
  people: ["engine", "market", "outbound", "store", "model"],
  wire: ["people", "engine", "store", "market", "model"],
  outbound: ["model"],
  runner: ["model"],
  evaluation: ["model"],
  jobs: ["engine", "store", "outbound", "evaluation", "manager", "runner", "market", "model"],
  cli: ["app", "config", "postgres", "people", "wire", "engine", "store", "market", "model"],
  config: ["model"],
  background: ["config", "wire", "engine", "jobs", "outbound", "runner", "store", "model"],
  app: ["background", "config", "wire", "people", "engine", "jobs", "outbound", "runner", "store", "market", "model"],
  main: ["cli", "config", "postgres"],
};

/** Rooms that must stay pure may use no package and nothing of Node but what computes. */
const allowedPackages: Readonly<Record<string, readonly string[]>> = { model: ["node:net"], market: [], manager: [] };

const source = join(import.meta.dirname, "../../src");

interface Import {
  readonly from: string;
  readonly to: string;
}

const importPattern =
  /(?:^|[\s;])(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|\bimport\(\s*([^"'\s)])/g;

async function sourceFiles(): Promise<string[]> {
  const names = await readdir(source, { recursive: true });
  return names.filter((name) => name.endsWith(".ts")).map((name) => name.replaceAll("\\", "/"));
}

async function importsOf(file: string): Promise<Import[]> {
  const text = await readFile(join(source, file), "utf8");
  return [...text.matchAll(importPattern)].map(([, bare, dynamic, computed]) => {
    if (computed !== undefined) throw new Error(`${file} imports something that cannot be read from its source.`);
    const specifier = bare ?? dynamic ?? "";
    const to = specifier.startsWith(".") ? relative(source, join(source, dirname(file), specifier)) : specifier;
    return { from: file, to };
  });
}

function roomOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.ts$/, "");
}

function isPackage(path: string): boolean {
  return !path.endsWith(".ts");
}

const isTest = (file: string): boolean => file.endsWith(".test.ts");

const files = await sourceFiles();
const imports = (await Promise.all(files.filter((file) => !isTest(file)).map(importsOf))).flat();

describe("the rooms of the house", () => {
  it("are all known", () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(arrows).sort());
  });

  it("import only along the arrows", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
      return !isPackage(to) && fromRoom !== toRoom && !(arrows[fromRoom] ?? []).includes(toRoom);
    });
    expect(wrong).toEqual([]);
  });

  it("keep the model and the market free of packages", () => {
    const wrong = imports.filter(
      ({ from, to }) => isPackage(to) && allowedPackages[roomOf(from)]?.includes(to) === false,
    );
    expect(wrong).toEqual([]);
  });

  it("keep the dialects apart: none imports another, all may import what they share", () => {
    const dialectOf = (path: string): string | undefined => /^wire\/([^/]+)\//.exec(path)?.[1];
    const wrong = imports.filter(({ from, to }) => {
      const [mine, theirs] = [dialectOf(from), dialectOf(to)];
      return mine !== undefined && theirs !== undefined && mine !== theirs && theirs !== "shared";
    });
    expect(wrong).toEqual([]);
  });

  it("have no circles between files", () => {
    const next = new Map<string, string[]>();
    for (const { from, to } of imports) if (!isPackage(to)) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) throw new Error(`A circle: ${[...path, file].join(" → ")}`);
      if (done.has(file)) return;
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of next.keys()) expect(() => visit(file, [])).not.toThrow();
  });

  it("hold only files that can be read in one sitting", async () => {
    const long: string[] = [];
    for (const file of files) {
      const lines = (await readFile(join(source, file), "utf8")).split("\n").length;
      if (lines > 350) long.push(`${file}: ${lines} lines`);
    }
    expect(long).toEqual([]);
  });

  it("read the environment in one place only", async () => {
    const readers: string[] = [];
    for (const file of files)
      if ((await readFile(join(source, file), "utf8")).includes("process.env")) readers.push(file);
    // PostgreSQL's programs inherit nothing of ours but, on Windows, what no program there can do without.
    expect(readers.sort()).toEqual(["config/environment.ts", "postgres/processes.ts"]);
  });
});
