import { watchedFetch } from "./connection.ts";
import { errorOf } from "./error-of.ts";

interface UploadedFile {
  readonly id: string;
  readonly name: string;
  readonly size_bytes: number;
}

/** Uploads one file (at most 100 MiB). The typed client knows only JSON bodies. */
export async function uploadFile(file: File): Promise<UploadedFile> {
  const body = new FormData();
  body.append("file", file, file.name);
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const response = await watchedFetch("/v1/files", { method: "POST", body, headers });
  if (!response.ok) throw await errorOf(response);
  return ((await response.json()) as { file: UploadedFile }).file;
}
