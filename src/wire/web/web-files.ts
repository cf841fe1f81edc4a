import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** One file of the built web app as it goes out. */
export interface WebFile {
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Compressed when it was built; by the name that Accept-Encoding uses. */
  readonly compressed: ReadonlyMap<"br" | "gzip", Buffer>;
  /** Its name changes with its content, so it may be kept for ever. */
  readonly isHashed: boolean;
}

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** All files of the folder by their path (`/assets/…`), or an empty map where the app was not built. They are few and small. */
export async function readWebFiles(folder: string): Promise<ReadonlyMap<string, WebFile>> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const readable = names.filter((name) => mediaTypes[extname(name)] !== undefined);
  const all = new Set(names);
  const files = await Promise.all(
    readable.map(async (name): Promise<readonly [string, WebFile]> => {
      const compressed = new Map<"br" | "gzip", Buffer>();
      if (all.has(`${name}.br`)) compressed.set("br", await readFile(join(folder, `${name}.br`)));
      if (all.has(`${name}.gz`)) compressed.set("gzip", await readFile(join(folder, `${name}.gz`)));
      const path = `/${name.replaceAll("\\", "/")}`;
      const mediaType = mediaTypes[extname(name)] ?? "application/octet-stream";
      const bytes = await readFile(join(folder, name));
      return [path, { mediaType, bytes, compressed, isHashed: path.startsWith("/assets/") }];
    }),
  );
  return new Map(files);
}
