import { Agent, FormData, fetch, type Headers } from "undici";

export interface FileAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface UploadOptions {
  readonly name?: string;
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const dispatcher = new Agent({ connections: 16 });

/** The file routes of the native door, over real HTTP. */
export class FilesClient {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async upload(content: string | Uint8Array, options: UploadOptions = {}): Promise<FileAnswer> {
    const form = new FormData();
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
    form.append("file", new Blob([bytes], { type: options.mediaType ?? "text/plain" }), options.name ?? "a.txt");
    return this.#send("/v1/files", { method: "POST", body: form, headers: options.headers ?? {} });
  }

  link(id: string): Promise<FileAnswer> {
    return this.#send(`/v1/files/${id}/link`, {});
  }

  async #send(
    path: string,
    init: { method?: string; body?: FormData; headers?: Readonly<Record<string, string>> },
  ): Promise<FileAnswer> {
    const headers = { Authorization: `Bearer ${this.#key}`, ...init.headers };
    const response = await fetch(`${this.#url}${path}`, { ...init, headers, dispatcher });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
}

/** A multipart body with one file, cut into what comes before the bytes and what comes after. */
export function multipartAround(name: string): {
  readonly before: string;
  readonly after: string;
  contentType: string;
} {
  const boundary = `cut-${crypto.randomUUID()}`;
  return {
    before: `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n`,
    after: `\r\n--${boundary}--\r\n`,
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}
