import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server whose connections can be cut, as networks do. */
export class CuttingProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #answersToSwallow = 0;

  private constructor(server: Server, sockets: Set<Socket>, url: string) {
    this.#server = server;
    this.#sockets = sockets;
    this.url = url;
  }

  /** On a port of its choice unless one is named. */
  static async open(target: string, port = 0): Promise<CuttingProxy> {
    const sockets = new Set<Socket>();
    const server = createServer();
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
    const proxy = new CuttingProxy(server, sockets, `http://127.0.0.1:${address.port}`);
    server.on("connection", (near) => proxy.#carry(near, new URL(target)));
    return proxy;
  }

  #carry(near: Socket, target: URL): void {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on("data", (chunk) => {
      if (this.#answersToSwallow === 0) {
        near.write(chunk);
        return;
      }
      this.#answersToSwallow -= 1;
      near.destroy();
    });
  }

  /** Ends every connection there is. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The server hears and does what is asked, but its next answers never arrive. */
  swallowAnswers(count: number): void {
    this.#answersToSwallow = count;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, "close");
  }
}
