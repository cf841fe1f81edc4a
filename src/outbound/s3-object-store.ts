import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assertKey, type DirectLinkOptions, type ObjectStore } from "./object-store.ts";
import { inParts } from "./parts.ts";

/** Where an S3-speaking store is; documented in docs/settings.md. */
export interface S3Settings {
  readonly bucket: string;
  /** undefined: Amazon's own, by region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** undefined: what the machine is allowed to do (instance role and the like). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  readonly forcePathStyle: boolean;
}

interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

/** S3 asks for 5 MiB at least; one part of each upload under way is held in memory. */
const partBytes = 8 * 1_048_576;

/** Objects in an S3 bucket, below `files/`. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #now: () => Date;

  /** `now` is when direct links are signed; the requests themselves always use the machine's clock. */
  constructor(settings: S3Settings, now: () => Date = () => new Date()) {
    const { bucket, endpoint, region, credentials, forcePathStyle } = settings;
    this.#bucket = bucket;
    this.#now = now;
    this.#client = new S3Client({
      region,
      forcePathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      // Newer checksums are not understood by every store that speaks S3.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  /** What fits one part is put at once; more becomes a multipart upload, which S3 shows only when it is complete. */
  async put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const parts = inParts(bytes, partBytes);
    try {
      const first = await parts.next();
      if (first.done === true || first.value.length < partBytes) {
        const Body = first.value ?? new Uint8Array();
        await this.#client.send(new PutObjectCommand({ ...this.#object(key), Body }));
      } else await this.#putInParts(this.#object(key), first.value, parts);
    } finally {
      await parts.return(undefined);
    }
  }

  async #putInParts(object: ObjectName, first: Uint8Array, others: AsyncIterable<Uint8Array>): Promise<void> {
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand(object));
    const upload = { ...object, UploadId };
    const sent: CompletedPart[] = [];
    const send = async (Body: Uint8Array): Promise<void> => {
      const PartNumber = sent.length + 1;
      const { ETag } = await this.#client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      sent.push({ PartNumber, ETag });
    };
    try {
      await send(first);
      for await (const part of others) await send(part);
      await this.#client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: sent } }));
    } catch (error) {
      // If S3 cannot be reached now either, the bucket's own rule for unfinished uploads ends it (docs/files.md).
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  async read(key: string): Promise<Readable> {
    const { Body } = await this.#client.send(new GetObjectCommand(this.#object(key)));
    if (Body === undefined) throw new Error(`S3 answered without a body for ${key}.`);
    return Body as Readable;
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(key)));
  }

  directLink(key: string, { disposition, mediaType, lastsSeconds }: DirectLinkOptions): Promise<string> {
    const command = new GetObjectCommand({
      ...this.#object(key),
      ResponseContentDisposition: disposition,
      ResponseContentType: mediaType,
    });
    return getSignedUrl(this.#client, command, { expiresIn: lastsSeconds, signingDate: this.#now() });
  }

  close(): void {
    this.#client.destroy();
  }

  #object(key: string): ObjectName {
    assertKey(key);
    return { Bucket: this.#bucket, Key: `files/${key}` };
  }
}
