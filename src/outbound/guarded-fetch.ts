import { Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import type { Networks } from "../model/outside-url.ts";
import { checkHost, guardedLookup, type Resolve, resolverFor } from "./address-guard.ts";
import { OutboundError, outboundErrorOf } from "./outbound-error.ts";
import { acceptedEncodings, collect, decodedBody, limitedStream } from "./response-body.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface GuardedFetchOptions {
  /** Whether plain http may be called; never in production. */
  readonly allowHttp: boolean;
  /** Addresses that may be called besides those of the public internet. */
  readonly openNetworks: Networks;
  /** Names to addresses; asks the name servers if absent. */
  readonly resolve?: Resolve;
}

interface Limits {
  /** For everything: resolving, connecting, sending, redirects, and the last byte of the body. */
  readonly timeoutMs?: number;
  /** Of the body after decompression. */
  readonly maxBodyBytes?: number;
  /** How many redirects are followed, each checked like the first URL; with 0 a redirect is the answer. */
  readonly maxRedirects?: number;
}

export interface OutboundRequest extends Limits {
  readonly url: string;
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Gives the call up from outside. */
  readonly signal?: AbortSignal;
  /** Whether a body past `maxBodyBytes` is cut off there, instead of failing the call. */
  readonly cutsBody?: boolean;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case; of a header that came several times the values joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly truncated: boolean;
  /** The one that answered, after redirects. */
  readonly url: string;
}

/** An answer whose body is still to be read. */
interface Opened {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
  readonly url: URL;
}

/** One request of a chain of redirects. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBodyBytes = 1_048_576;
const maxHeaderBytes = 16_384;
const maxUrlLength = 2_048;
const connectTimeoutMs = 10_000;
const idleConnectionMs = 4_000;
const userAgent = "Guildhall";

/** The client decides on these itself. */
const ownHeaders: ReadonlySet<string> = new Set(["connection", "content-length", "host", "te", "transfer-encoding"]);
/** All that another origin learns when it was redirected to. */
const headersForStrangers: ReadonlySet<string> = new Set(["accept", "accept-encoding", "content-type", "user-agent"]);

/**
 * The only way out of the house. Every address a call could reach is checked first, and the connection is made to the
 * very addresses that were checked; no proxy, no redirect by itself, and everything about the answer is bounded.
 */
export class GuardedFetch {
  readonly #options: GuardedFetchOptions;
  readonly #agent: Agent;
  readonly #closing = new AbortController();

  constructor(options: GuardedFetchOptions) {
    this.#options = options;
    const resolve = options.resolve ?? resolverFor(options.openNetworks);
    this.#agent = new Agent({
      connect: {
        lookup: guardedLookup(resolve, options.openNetworks, this.#closing.signal),
        timeout: connectTimeoutMs,
      },
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: idleConnectionMs,
      keepAliveMaxTimeout: idleConnectionMs,
      // One clock for all of it, the caller's.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Calls and reads the whole answer, whatever its status. Rejects with an `OutboundError`. */
  async send(request: OutboundRequest): Promise<OutboundResponse> {
    const timer = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
    const signal = request.signal === undefined ? timer : AbortSignal.any([timer, request.signal]);
    try {
      const { status, headers, body, url } = await this.#open(request, signal);
      const maxBytes = request.maxBodyBytes ?? defaultMaxBodyBytes;
      const { bytes, truncated } = await collect(body, maxBytes, request.cutsBody ?? false);
      return { status, headers, body: bytes, truncated, url: url.href };
    } catch (error) {
      throw this.#faultOf(error, timer, request.signal);
    }
  }

  /**
   * This guard in the shape of the standard `fetch`, for libraries that take one. The body comes as a stream under the
   * same limits; failures are `OutboundError`s.
   */
  asFetch(limits: Limits = {}): typeof globalThis.fetch {
    return async (input, init) => {
      const timer = AbortSignal.timeout(limits.timeoutMs ?? defaultTimeoutMs);
      const asked = new Request(input, init);
      const signal = AbortSignal.any([timer, asked.signal]);
      try {
        const sent = asked.body === null ? {} : { body: new Uint8Array(await asked.arrayBuffer()) };
        const headers = Object.fromEntries(asked.headers);
        const request = { ...limits, ...sent, headers, method: asked.method as "POST", url: asked.url };
        const opened = await this.#open(request, signal);
        const body = limitedStream(opened.body, limits.maxBodyBytes ?? defaultMaxBodyBytes);
        return responseOf(opened, body, (error) => this.#faultOf(error, timer, asked.signal));
      } catch (error) {
        throw this.#faultOf(error, timer, asked.signal);
      }
    };
  }

  /** Breaks off what is under way. */
  close(): Promise<void> {
    this.#closing.abort(new OutboundError("aborted"));
    return this.#agent.destroy();
  }

  async #open(request: OutboundRequest, signal: AbortSignal): Promise<Opened> {
    let hop: Hop = {
      url: this.#check(request.url),
      method: request.method ?? "GET",
      headers: headersOf(request.headers ?? {}),
      body: request.body ?? null,
    };
    const maxRedirects = request.maxRedirects ?? 0;
    for (let followed = 0; ; followed++) {
      const response = await this.#dispatch(hop, signal);
      const headers = joined(response.headers);
      if (response.statusCode > 599) {
        discard(response);
        throw new OutboundError("response_malformed");
      }
      const target = maxRedirects > 0 ? redirectTarget(response.statusCode, headers.location) : undefined;
      if (target === undefined) {
        const isEmpty = hop.method === "HEAD" || response.statusCode === 204 || response.statusCode === 304;
        const body = decodedBody(response.body, isEmpty ? undefined : headers["content-encoding"]);
        return { status: response.statusCode, headers, body, url: hop.url };
      }
      discard(response);
      if (followed === maxRedirects || !URL.canParse(target, hop.url.href)) throw new OutboundError("redirect_refused");
      hop = redirected(hop, this.#check(new URL(target, hop.url).href), response.statusCode);
    }
  }

  #faultOf(error: unknown, timer: AbortSignal, caller: AbortSignal | undefined): OutboundError {
    if (error instanceof OutboundError) return error;
    if (caller?.aborted === true || this.#closing.signal.aborted) return new OutboundError("aborted", error);
    return timer.aborted ? new OutboundError("timed_out", error) : outboundErrorOf(error);
  }

  #check(text: string): URL {
    const url = text.length > maxUrlLength ? null : URL.parse(text);
    if (url === null || (url.protocol !== "https:" && !(this.#options.allowHttp && url.protocol === "http:"))) {
      throw new OutboundError("url_refused");
    }
    if (url.username !== "" || url.password !== "") throw new OutboundError("url_refused");
    checkHost(url, this.#options.openNetworks);
    return url;
  }

  async #dispatch({ url, method, headers, body }: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const response = this.#agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: method as Dispatcher.HttpMethod,
      headers,
      body,
      signal,
    });
    // The client looks at the signal only once there is a connection.
    return unlessAborted(response, signal, discard);
  }
}

function discard({ body }: Dispatcher.ResponseData): void {
  body.on("error", () => undefined).destroy();
}

function headersOf(given: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": userAgent, "accept-encoding": acceptedEncodings };
  for (const [name, value] of Object.entries(given)) {
    if (!ownHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return headers;
}

function joined(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

function redirectTarget(status: number, location: string | undefined): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? location : undefined;
}

/** As browsers do: 307 and 308 repeat the request, the others ask for the new place. Another origin learns no secrets. */
function redirected(hop: Hop, url: URL, status: number): Hop {
  const repeats = status === 307 || status === 308 || hop.method === "GET" || hop.method === "HEAD";
  const isStranger = url.origin !== hop.url.origin;
  const headers = Object.entries(hop.headers).filter(
    ([name]) => (!isStranger || headersForStrangers.has(name)) && (repeats || name !== "content-type"),
  );
  return {
    url,
    method: repeats ? hop.method : "GET",
    headers: Object.fromEntries(headers),
    body: repeats ? hop.body : null,
  };
}

function responseOf(opened: Opened, body: Readable, nameFault: (error: unknown) => OutboundError): Response {
  const headers = new Headers(opened.headers);
  // The body is handed on decoded.
  headers.delete("content-encoding");
  headers.delete("content-length");
  const isEmpty = [101, 204, 205, 304].includes(opened.status);
  if (isEmpty) body.on("error", () => undefined).resume();
  const named = isEmpty ? null : Readable.toWeb(Readable.from(namingFaults(body, nameFault)));
  return new Response(named as ReadableStream<Uint8Array> | null, { status: opened.status, headers });
}

async function* namingFaults(body: Readable, nameFault: (error: unknown) => OutboundError): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw nameFault(error);
  }
}
