import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { Identity } from "./identity.ts";

/** What a run may reach over the network, and how. */
export interface NetworkAccess {
  /** Host names, "*.example.com" for all below one, each with ":port" unless it is 443. */
  readonly allow: readonly string[];
  /** Opens a connection to a host of the list. It decides which addresses may be reached at all. */
  connect(host: string, port: number, signal: AbortSignal): Promise<Duplex>;
}

/** The proxy of one run. */
export interface Proxy {
  /** Holds the socket, and nothing else. */
  readonly folder: string;
  close(): Promise<void>;
}

export const proxySocket = "proxy.sock";
const connectionsMax = 64;
const connectTimeoutMs = 15_000;
const httpsPort = 443;

/** Opens a proxy that knows CONNECT alone, on a socket that only the run's user can reach. */
export async function openProxy(access: NetworkAccess, identity: Identity | undefined): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), "guildhall-proxy-"));
  const open = new Set<Duplex>();
  const server = createServer((_request, response) => {
    response
      .writeHead(403, { "content-type": "text/plain", connection: "close" })
      .end("Only https (CONNECT) passes here.\n");
  });
  server.maxConnections = connectionsMax;
  server.on("connection", (socket) => keep(socket, open));
  server.on("connect", (request, client: Duplex, head: Buffer) => {
    void passThrough(access, request.url ?? "", client, head, open);
  });
  const path = join(folder, proxySocket);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  if (identity !== undefined) for (const each of [path, folder]) await chown(each, identity.uid, identity.gid);
  return {
    folder,
    close: async () => {
      for (const stream of open) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function passThrough(
  access: NetworkAccess,
  target: string,
  client: Duplex,
  head: Buffer,
  open: Set<Duplex>,
): Promise<void> {
  const { host, port } = parseTarget(target);
  if (!isAllowed(access.allow, host, port))
    return answer(client, 403, `${target} is not on this agent's list of hosts.`);
  try {
    const server = await access.connect(host, port, AbortSignal.timeout(connectTimeoutMs));
    keep(server, open);
    if (client.destroyed) return void server.destroy();
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    server.write(head);
    client.pipe(server).pipe(client);
  } catch {
    answer(client, 502, `${target} could not be reached.`);
  }
}

function isAllowed(allow: readonly string[], host: string, port: number): boolean {
  return allow.some((entry) => {
    const allowed = parseTarget(entry.toLowerCase());
    if ((allowed.port || httpsPort) !== port || host === "") return false;
    return allowed.host.startsWith("*.") ? host.endsWith(allowed.host.slice(1)) : host === allowed.host;
  });
}

function parseTarget(target: string): { host: string; port: number } {
  const [, host = "", port = ""] = /^([^:/@\s]+)(?::(\d{1,5}))?$/.exec(target) ?? [];
  return { host: host.toLowerCase().replace(/\.$/, ""), port: Number(port) };
}

function answer(client: Duplex, status: 403 | 502, text: string): void {
  const reason = status === 403 ? "Forbidden" : "Bad Gateway";
  const length = Buffer.byteLength(text);
  client.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`,
  );
}

/** Remembers a stream until it closes, and lets it break. */
function keep(stream: Duplex, open: Set<Duplex>): void {
  open.add(stream);
  stream.on("error", () => stream.destroy()).on("close", () => open.delete(stream));
}
