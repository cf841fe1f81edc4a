import { connect, type Socket } from "node:net";
import { endWithParent, readSetting, tellParent } from "./processes.ts";

/**
 * Readers of event streams: a process of its own that opens many over plain sockets, and notes for each event when the
 * last of its readers had it.
 */

/** Opens `count` streams of a task. */
interface OpenOrder {
  readonly kind: "open";
  readonly taskId: string;
  readonly count: number;
}

/** What has come since the last report. */
interface ReportOrder {
  readonly kind: "report";
}

export interface Arrivals {
  readonly streams: number;
  /** Streams that ended although nobody ended them. */
  readonly broken: number;
  readonly events: readonly Arrival[];
}

interface Arrival {
  readonly taskId: string;
  readonly number: number;
  readonly readers: number;
  /** From the moment at which the server decided it, before its commit, to the arrival at the last reader. */
  readonly lastAfterMs: number;
}

interface Counted {
  readers: number;
  lastAfterMs: number;
}

const openedAtOnce = 100;
const { url, key } = readSetting<{ url: string; key: string }>();
const { hostname, port } = new URL(url);
let arrivals = new Map<string, Counted>();
let streams = 0;
let broken = 0;

endWithParent();
process.on("message", (order: OpenOrder | ReportOrder) => {
  if (order.kind === "report") {
    tellParent<Arrivals>({ result: { streams, broken, events: takeArrivals() } });
    return;
  }
  openAll(order).then(
    () => tellParent({ result: streams }),
    (error: unknown) => tellParent({ failure: String(error) }),
  );
});
tellParent({ result: "ready" });

async function openAll({ taskId, count }: OpenOrder): Promise<void> {
  for (let opened = 0; opened < count; opened += openedAtOnce) {
    const batch = Math.min(openedAtOnce, count - opened);
    await Promise.all(Array.from({ length: batch }, () => open(taskId)));
  }
}

/** Resolves when the first event is there. */
function open(taskId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname);
    let text = "";
    socket.setEncoding("utf8");
    socket.on("connect", () => {
      socket.write(
        `GET /v1/tasks/${taskId}/events HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${key}\r\n` +
          "Accept: text/event-stream\r\n\r\n",
      );
    });
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (!text.startsWith("HTTP/1.1 200") && streamOf(text) === "unknown") return reject(new Error(text));
      let end = text.indexOf("\n\n");
      for (; end !== -1; end = text.indexOf("\n\n")) {
        if (note(taskId, text.slice(0, end))) {
          resolve();
        }
        text = text.slice(end + 2);
      }
    });
    socket.on("error", reject);
    socket.on("close", () => {
      broken++;
      reject(new Error("A stream was closed."));
    });
    streams++;
  });
}

/** The first bytes must be those of a stream; later there is none of them left. */
function streamOf(text: string): "known" | "unknown" {
  return /^HTTP\/1\.1 [^2]/.test(text) ? "unknown" : "known";
}

/** Whether the block holds an event. */
function note(taskId: string, block: string): boolean {
  const data = /^data: (.*)$/m.exec(block)?.[1];
  if (data === undefined) return false;
  const { number, at } = JSON.parse(data) as { number: number; at: string };
  const id = `${taskId} ${number}`;
  const afterMs = Date.now() - Date.parse(at);
  const counted = arrivals.get(id);
  if (counted === undefined) arrivals.set(id, { readers: 1, lastAfterMs: afterMs });
  else {
    counted.readers++;
    counted.lastAfterMs = Math.max(counted.lastAfterMs, afterMs);
  }
  return true;
}

function takeArrivals(): Arrival[] {
  const taken = [...arrivals].map(([id, counted]) => {
    const [taskId = "", number = ""] = id.split(" ");
    return { taskId, number: Number(number), ...counted };
  });
  arrivals = new Map();
  return taken;
}
