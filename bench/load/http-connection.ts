import { connect, type Socket } from "node:net";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One keep-alive connection, one request at a time. Written by hand because the load generator shares the processors
 * with what it measures: a general client would cost as much as the server.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<HttpAnswer> | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    const fail = (error: Error): void => this.#waiting?.reject(error);
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("The server closed the connection.")));
  }

  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new HttpConnection(socket, host);
  }

  post(path: string, key: string, body: string): Promise<HttpAnswer> {
    return this.#send("POST", path, `x-api-key: ${key}`, body);
  }

  /** With a Bearer key, as the other doors want it. */
  ask(method: "GET" | "POST", path: string, key: string, body = ""): Promise<HttpAnswer> {
    return this.#send(method, path, `authorization: Bearer ${key}`, body);
  }

  #send(method: string, path: string, keyHeader: string, body: string): Promise<HttpAnswer> {
    this.#waiting = Promise.withResolvers<HttpAnswer>();
    const type = body === "" ? "" : "content-type: application/json\r\n";
    const head = `${method} ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n${keyHeader}\r\n${type}`;
    this.#socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.toString("latin1", 0, headEnd);
    const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (Number.isNaN(bodyLength)) {
      this.#waiting?.reject(new Error("The answer has no Content-Length."));
      return;
    }
    const end = headEnd + 4 + bodyLength;
    if (this.#received.length < end) return;
    const body = this.#received.toString("utf8", headEnd + 4, end);
    this.#received = this.#received.subarray(end);
    this.#waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }
}
