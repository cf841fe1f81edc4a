import { createServer, type Socket } from "node:net";

/** An SMTP server on loopback that keeps what it is sent. */
export interface SmtpServer {
  readonly url: string;
  /** The next mail, whole, as it came over the wire with soft line breaks undone. */
  next(): Promise<string>;
  close(): Promise<void>;
}

export async function startSmtpServer(): Promise<SmtpServer> {
  const mails: string[] = [];
  const waiting: ((mail: string) => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    converse(socket, (mail) => {
      const taker = waiting.shift();
      if (taker === undefined) mails.push(mail);
      else taker(mail);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The SMTP server has no port.");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    next() {
      const mail = mails.shift();
      return mail === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(mail);
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function converse(socket: Socket, keep: (mail: string) => void): void {
  let received = "";
  let inData = false;
  socket.write("220 test\r\n");
  socket.on("data", (chunk) => {
    received += chunk;
    for (;;) {
      const end = received.indexOf(inData ? "\r\n.\r\n" : "\r\n");
      if (end === -1) return;
      const part = received.slice(0, end);
      received = received.slice(end + (inData ? 5 : 2));
      if (inData) {
        inData = false;
        keep(part.replaceAll("=\r\n", "").replaceAll("=3D", "="));
        socket.write("250 kept\r\n");
      } else if (part.toUpperCase() === "DATA") {
        inData = true;
        socket.write("354 go on\r\n");
      } else {
        socket.write(part.toUpperCase() === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
      }
    }
  });
}
