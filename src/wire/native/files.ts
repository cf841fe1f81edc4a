import multipart from "@fastify/multipart";
import { Type } from "@fastify/type-provider-typebox";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { addMinutes } from "../../model/instant.ts";
import { findFile, findReadableFile, type StoredFile } from "../../store/files.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorApp, Route } from "../shared/door.ts";
import { linkLastsSeconds } from "../shared/file-links.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { attachmentDisposition } from "./file-names.ts";
import { readRest, receiveFile, uploadLimits } from "./receive-file.ts";
import { answers } from "./schemas.ts";

const FileView = Type.Object({
  id: Type.String({ description: "UUID" }),
  name: Type.String({ description: "As it was uploaded; may hold folders, such as src/main.rs" }),
  media_type: Type.String(),
  size_bytes: Type.Integer(),
  sha256: Type.String({ description: "Hex" }),
  created_at: Type.String({ description: "ISO-8601, UTC" }),
});

const FileId = Type.Object({ id: Type.String() });

/** Only for the document: the body is read as it comes, by the multipart reader. */
const Upload = Type.Object({ file: Type.Unsafe<string>({ type: "string", format: "binary" }) });

/** POST /v1/files – 5-native, "files". Streamed, at most 100 MiB. 201 · 400 · 401 · 409 · 413 · 415. */
export const uploadFile: Route = (app, context) => {
  // A scope of its own: multipart bodies are understood here and nowhere else.
  app.register(async (scope: DoorApp) => {
    await scope.register(multipart, { limits: uploadLimits, preservePath: true, throwFileSizeLimit: false });
    scope.post(
      "/v1/files",
      {
        config: requiresKey,
        validatorCompiler: () => () => true,
        schema: {
          summary: "Upload a file",
          consumes: ["multipart/form-data"],
          body: Upload,
          response: answers(201, Type.Object({ file: FileView })),
        },
      },
      async (request, reply) => {
        const { partyId } = callerOf(request);
        idempotencyOf(request, partyId); // A key that cannot be used is refused before 100 MiB were read for nothing.
        try {
          const file = await receiveFile(request, context, partyId);
          reply.code(201);
          return { file: presentFile(file) };
        } catch (error) {
          if (!(await readRest(request))) reply.header("Connection", "close");
          throw error;
        }
      },
    );
  });
};

/**
 * GET /v1/files/{id}?expires&signature – 5-native, "files". The link is the permission: no key needed. Never shown by a
 * browser, always saved. 200 · 403 altered or expired · 404.
 */
export const downloadFile: Route = (app, { reads, fileLinks, fileBytes }) => {
  app.get(
    "/v1/files/:id",
    {
      schema: {
        summary: "Download a file by a signed link",
        params: FileId,
        querystring: Type.Object({ expires: Type.Optional(Type.String()), signature: Type.Optional(Type.String()) }),
        response: answers(200, Type.Unsafe<unknown>({ type: "string", format: "binary" })),
      },
      // The link is compared as a whole; whatever else was sent is a wrong link, not a wrong form.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!fileLinks.allows(request.url, id)) refuse("link_invalid");
      const file = (isId(id) ? await findFile(reads, id) : undefined) ?? refuse("file_not_found");
      const bytes = await fileBytes.read(file.storageKey);
      return reply
        .headers({
          "Content-Type": file.mediaType,
          "Content-Length": String(file.sizeBytes),
          "Content-Disposition": attachmentDisposition(file.name),
          "X-Content-Type-Options": "nosniff",
          "Content-Security-Policy": "sandbox; default-src 'none'",
          "Cache-Control": "private, no-store",
        })
        .send(bytes);
    },
  );
};

/**
 * GET /v1/files/{id}/link – a link of one hour for whoever may read the file: its owner, and the poster and the worker of
 * a task that it was handed in for. Where files are in S3 it leads there directly. 200 · 401 · 404.
 */
export const linkToFile: Route = (app, { reads, clock, fileLinks, fileBytes }) => {
  const Link = Type.Object({ url: Type.String(), expires_at: Type.String({ description: "ISO-8601, UTC" }) });
  app.get(
    "/v1/files/:id/link",
    { config: requiresKey, schema: { summary: "Get a link to a file", params: FileId, response: answers(200, Link) } },
    async (request) => {
      const { id } = request.params;
      const { partyId } = callerOf(request);
      const file = (isId(id) ? await findReadableFile(reads, id, partyId) : undefined) ?? refuse("file_not_found");
      const expiresAt = addMinutes(clock(), linkLastsSeconds / 60);
      const direct = await fileBytes.directLink(file.storageKey, {
        disposition: attachmentDisposition(file.name),
        mediaType: file.mediaType,
        lastsSeconds: linkLastsSeconds,
      });
      return { url: direct ?? fileLinks.signedUrl(file.id), expires_at: expiresAt };
    },
  );
};

function presentFile(file: StoredFile) {
  return {
    id: file.id,
    name: file.name,
    media_type: file.mediaType,
    size_bytes: file.sizeBytes,
    sha256: file.sha256,
    created_at: file.createdAt,
  };
}
