import { createHash } from "node:crypto";
import { finished } from "node:stream/promises";
import type { MultipartFile } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { v7 as newId } from "uuid";
import { Refusal, refuse } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import { beginUpload, finishUpload, forgetUpload, type StoredFile } from "../../store/files.ts";
import type { DoorContext } from "../shared/door.ts";
import { idempotencyOf } from "../shared/idempotency-key.ts";
import { checkFileName, checkMediaType } from "./file-names.ts";

/** 5-native, "files". */
const maxFileBytes = 100 * 1_048_576;

/** What may stand around the file in a request. */
const aroundFileBytes = 65_536;
const readRestMs = 5_000;

/** One file and a few small fields that some clients add; the fields are not read. */
export const uploadLimits = { fileSize: maxFileBytes, files: 1, fields: 10, fieldSize: 1_024, parts: 11 } as const;

/**
 * Takes the one file of a multipart request: its bytes go to the store as they come, measured and digested on the way.
 * The upload is announced before the first byte is stored, so that a crash leaves nothing unnamed, and becomes a file
 * only after the request has ended as it should. Whatever goes wrong before that, nothing is left.
 * Refuses `content_type_unsupported`, `body_malformed`, `validation_failed`, `file_too_large`, `idempotency_mismatch`.
 */
export async function receiveFile(request: FastifyRequest, context: DoorContext, ownerId: Id): Promise<StoredFile> {
  if (!request.isMultipart()) {
    refuse("content_type_unsupported", { message: "Send the file as multipart/form-data." });
  }
  if (Number(request.headers["content-length"] ?? 0) > maxFileBytes + aroundFileBytes) refuse("file_too_large");
  const id = newId();
  await beginUpload(context.reads, id, context.clock());
  let file: StoredFile;
  try {
    file = await storeParts(request, context, { id, ownerId });
  } catch (error) {
    await discard(request, context, id);
    throw asRefusal(error);
  }
  const saved = await finishOrDiscard(request, context, file);
  if (saved.id !== id) await discard(request, context, id);
  return saved;
}

/**
 * Reads away what is left of a refused body: many clients look for the answer only after they have sent everything, and
 * lose it if the connection is closed before. Not for long; returns whether the end was reached.
 */
export async function readRest({ raw }: FastifyRequest): Promise<boolean> {
  raw.unpipe();
  raw.resume();
  await finished(raw, { signal: AbortSignal.timeout(readRestMs) }).catch(() => undefined);
  return raw.readableEnded;
}

/** A refusal means that the file was not made. After any other failure nobody knows: the daily clean-up will see. */
async function finishOrDiscard(request: FastifyRequest, context: DoorContext, file: StoredFile): Promise<StoredFile> {
  try {
    request.bodyDigest = createHash("sha256").update(`${file.name}\n${file.mediaType}\n${file.sha256}`).digest("hex");
    return await finishUpload(context.reads, file, idempotencyOf(request, file.ownerId));
  } catch (error) {
    if (error instanceof Refusal) await discard(request, context, file.id);
    throw error;
  }
}

/** What cannot be discarded now stays announced, and the daily clean-up tries again. */
async function discard(request: FastifyRequest, context: DoorContext, storageKey: Id): Promise<void> {
  try {
    await context.fileBytes.remove(storageKey);
    await forgetUpload(context.reads, storageKey);
  } catch (error) {
    request.log.warn({ err: error, storageKey }, "could not discard an upload yet");
  }
}

async function storeParts(
  request: FastifyRequest,
  context: DoorContext,
  { id, ownerId }: { readonly id: Id; readonly ownerId: Id },
): Promise<StoredFile> {
  let file: StoredFile | undefined;
  for await (const part of request.parts()) {
    if (part.type !== "file") continue;
    const [name, mediaType] = [checkFileName(part.filename), checkMediaType(part.mimetype)];
    const measured = await storeBytes(context, id, part);
    file = { id, ownerId, name, mediaType, ...measured, storageKey: id, createdAt: context.clock() };
  }
  return file ?? refuse("validation_failed", { message: "The request holds no file." });
}

async function storeBytes(
  { fileBytes }: DoorContext,
  storageKey: string,
  part: MultipartFile,
): Promise<Pick<StoredFile, "sizeBytes" | "sha256">> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  async function* measure(): AsyncGenerator<Uint8Array> {
    for await (const chunk of part.file as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
    if (part.file.truncated) refuse("file_too_large");
  }
  await fileBytes.put(storageKey, measure());
  return { sizeBytes, sha256: hash.digest("hex") };
}

/** What the multipart reader says, in our words. */
function asRefusal(error: unknown): unknown {
  if (error instanceof Refusal || !(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "FST_REQ_FILE_TOO_LARGE") return new Refusal("file_too_large");
  if (code === "FST_FILES_LIMIT") return new Refusal("validation_failed", { message: "Send one file at a time." });
  if (code === "FST_PARTS_LIMIT" || code === "FST_FIELDS_LIMIT") {
    return new Refusal("validation_failed", { message: "The request has too many parts." });
  }
  const isMalformed =
    code === "FST_PROTO_VIOLATION" ||
    code === "FST_INVALID_JSON_FIELD_ERROR" ||
    code === "FST_PREMATURE_CLOSE" ||
    code === "ERR_STREAM_PREMATURE_CLOSE" ||
    code === "ECONNRESET" ||
    /multipart|terminated early|Malformed part header/i.test(error.message);
  return isMalformed
    ? new Refusal("body_malformed", { message: "The request body is not complete multipart/form-data." })
    : error;
}
