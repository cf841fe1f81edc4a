import { Client } from "undici";

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** One keep-alive connection on which anything can be sent; counts how often it had to be opened. */
export class RawConnection {
  readonly #client: Client;
  opened = 0;

  constructor(url: string) {
    this.#client = new Client(url, { bodyTimeout: 20_000, headersTimeout: 20_000 });
    this.#client.on("connect", () => {
      this.opened++;
    });
  }

  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer | AsyncIterable<Buffer> | null = null,
  ): Promise<RawAnswer> {
    const answer = await this.#client.request({ method, path, headers: { ...headers }, body: body as Buffer | null });
    const text = await answer.body.text();
    return { status: answer.statusCode, contentType: String(answer.headers["content-type"]), text };
  }

  close(): Promise<void> {
    return this.#client.destroy();
  }
}
