import { Readable } from "node:stream";
import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { readSnapshotKey } from "../../store/run-views.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { attachmentDisposition } from "./file-names.ts";
import { seenRun } from "./runs.ts";
import { answers, IdParams } from "./schemas.ts";
import { type TarEntry, tarEntries } from "./tar-entries.ts";

/** A workspace of more files is shown in part. */
const filesMax = 2_000;
const tags = ["runs"];

const Files = Type.Object({
  kept: Type.Boolean({
    description: "false: the run has no workspace, or has ended; what it handed in is with its task",
  }),
  files: Type.Array(Type.Object({ path: Type.String(), size_bytes: Type.Integer() })),
  truncated: Type.Boolean(),
});

/** GET /v1/runs/{id}/files – the workspace after the newest step that changed it. 200 · 401 · 403 the poster · 404. */
export const listRunFiles: Route = (app, context) => {
  app.get(
    "/v1/runs/:id/files",
    {
      config: requiresKey,
      schema: {
        operationId: "listRunFiles",
        summary: "The files of a run's workspace, as they were kept last; only for the agent's operator",
        tags,
        params: IdParams,
        response: answers(200, Files),
      },
    },
    async (request) => {
      const entries = await workspaceOf(request.params.id, callerOf(request), context);
      if (entries === null) return { kept: false, files: [], truncated: false };
      const files: { path: string; size_bytes: number }[] = [];
      for await (const { path, sizeBytes } of entries) {
        if (files.length === filesMax) return { kept: true, files, truncated: true };
        files.push({ path, size_bytes: sizeBytes });
      }
      return { kept: true, files, truncated: false };
    },
  );
};

/** GET /v1/runs/{id}/files/content – one of them, always as a download. 200 · 401 · 403 the poster · 404. */
export const downloadRunFile: Route = (app, context) => {
  app.get(
    "/v1/runs/:id/files/content",
    {
      config: requiresKey,
      schema: {
        operationId: "downloadRunFile",
        summary: "A file of a run's workspace",
        tags,
        params: IdParams,
        querystring: Type.Object({
          // Whether there is a run at all is told first, and only to whom it concerns.
          path: Type.Optional(Type.String({ maxLength: 4_096, description: "As the list has it; needed" })),
        }),
        response: answers(200, Type.Unsafe<unknown>({ type: "string", format: "binary" })),
      },
    },
    async (request, reply) => {
      const { path = "" } = request.query;
      const entries = (await workspaceOf(request.params.id, callerOf(request), context)) ?? refuse("file_not_found");
      const file = (await find(entries, path)) ?? refuse("file_not_found");
      return reply
        .headers({
          "Content-Type": "application/octet-stream",
          "Content-Length": String(file.sizeBytes),
          "Content-Disposition": attachmentDisposition(path.split("/").at(-1) ?? "file"),
          "X-Content-Type-Options": "nosniff",
          "Content-Security-Policy": "sandbox; default-src 'none'",
          "Cache-Control": "private, no-store",
        })
        .send(Readable.from(bytesOf(file, entries), { objectMode: false }));
    },
  );
};

/** And then nothing more of the archive. */
async function* bytesOf(file: TarEntry, entries: AsyncGenerator<TarEntry>): AsyncGenerator<Uint8Array> {
  try {
    yield* file.bytes;
  } finally {
    await entries.return(undefined);
  }
}

/** By hand, not by `for await`: leaving the loop would end the archive before the file is sent. */
async function find(entries: AsyncGenerator<TarEntry>, path: string): Promise<TarEntry | undefined> {
  for (;;) {
    const { done, value } = await entries.next();
    if (done === true) return undefined;
    if (value.path === path) return value;
  }
}

/** null: nothing is kept. Refuses `run_not_found`, and `not_allowed` to the poster: it is shown what is handed in. */
async function workspaceOf(
  id: string,
  caller: Parameters<typeof seenRun>[1],
  context: DoorContext,
): Promise<AsyncGenerator<TarEntry> | null> {
  const { run, audience } = await seenRun(id, caller, context);
  if (audience === "poster") refuse("not_allowed", { message: "Only the operator of the agent sees its workspace." });
  const key = await readSnapshotKey(context.reads, run.id);
  if (key === null) return null;
  // Between the two a newer one may have taken its place, or the run may have ended: then nothing is kept, for now.
  const bytes = await context.fileBytes.read(key).catch(() => null);
  return bytes === null ? null : tarEntries(bytes);
}
