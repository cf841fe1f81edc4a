/** Everything that can go wrong with a call that leaves the house, as one closed set. */
const messages = {
  url_refused: "The URL is not one that may be called.",
  address_refused: "The host is, or resolves to, an address that may not be called.",
  name_unresolved: "The host's name could not be resolved.",
  connection_failed: "The connection could not be made, or broke.",
  tls_failed: "The host's certificate was not accepted.",
  timed_out: "There was no whole answer in time.",
  response_too_large: "The answer is larger than it may be.",
  response_malformed: "The answer is not HTTP, or its body cannot be decoded.",
  redirect_refused: "The answer redirects where, or more often than, is allowed.",
  aborted: "The call was given up.",
} as const;

export type OutboundFault = keyof typeof messages;

/** A call that got no usable answer. Its message names no address, so that nobody learns of our network by it. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly code: OutboundFault;

  constructor(code: OutboundFault, cause?: unknown) {
    super(messages[code], cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const codesOfFaults: Readonly<Record<string, OutboundFault>> = {
  ENOTFOUND: "name_unresolved",
  ENODATA: "name_unresolved",
  EAI_AGAIN: "name_unresolved",
  ESERVFAIL: "name_unresolved",
  ECONNREFUSED: "connection_failed",
  UND_ERR_CONNECT_TIMEOUT: "timed_out",
  UND_ERR_HEADERS_TIMEOUT: "timed_out",
  UND_ERR_BODY_TIMEOUT: "timed_out",
  ETIMEDOUT: "timed_out",
  UND_ERR_HEADERS_OVERFLOW: "response_too_large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "response_malformed",
  UND_ERR_INVALID_ARG: "url_refused",
};

const certificateFaults = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/;
const decodingFaults = /^(HPE_|Z_|ERR_BROTLI|ERR__ERROR)/;

/** What a fault of the HTTP client, a resolver or a decoder means. */
export function outboundErrorOf(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  // Several addresses were tried: each has its own fault, and the first stands for them.
  if (error instanceof AggregateError && error.errors.length > 0) return outboundErrorOf(error.errors[0]);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (codesOfFaults[code] !== undefined) return new OutboundError(codesOfFaults[code], error);
  const isParserFault = error instanceof Error && error.name === "HTTPParserError";
  if (isParserFault || decodingFaults.test(code)) {
    return new OutboundError("response_malformed", error);
  }
  if (certificateFaults.test(code)) return new OutboundError("tls_failed", error);
  return new OutboundError("connection_failed", error);
}
