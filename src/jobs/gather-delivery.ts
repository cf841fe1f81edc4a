import type { DeliveredFile, Delivery, OpenedLink } from "../evaluation/work.ts";
import type { OutboundResponse } from "../outbound/guarded-fetch.ts";
import { OutboundError, type OutboundFault } from "../outbound/outbound-error.ts";
import type { EvaluationInput } from "../store/evaluation-inputs.ts";
import type { EvaluationJobContext } from "./evaluation-context.ts";
import { decodeText, isTextLike, readStoredText } from "./read-text.ts";

const maxFileBytes = 262_144;
/** Of all files of a submission together. */
const maxFilesBytes = 1_048_576;
const maxOpenedLinks = 10;
const maxLinkBytes = 262_144;
const linkTimeoutMs = 10_000;
const maxRedirects = 3;

/** Brings together what the checks look at: the text, the beginnings of text files, and what links lead to. */
export async function gatherDelivery(
  context: EvaluationJobContext,
  { submission, files }: EvaluationInput,
  signal: AbortSignal,
): Promise<Delivery> {
  const { text, links, resultUrl } = submission;
  const all = [...new Set(resultUrl === null ? links : [resultUrl, ...links])];
  const [read, opened] = await Promise.all([readFiles(context, files, signal), openLinks(context, all, signal)]);
  return { text, files: read, links: all, opened };
}

async function readFiles(
  { objects }: EvaluationJobContext,
  files: EvaluationInput["files"],
  signal: AbortSignal,
): Promise<DeliveredFile[]> {
  const read: DeliveredFile[] = [];
  let leftBytes = maxFilesBytes;
  for (const { name, mediaType, sizeBytes, storageKey } of files) {
    const maxBytes = Math.min(maxFileBytes, leftBytes);
    const isRead = maxBytes > 0 && isTextLike(name, mediaType);
    const start = isRead ? await readStoredText(objects, storageKey, maxBytes, signal) : null;
    if (isRead) leftBytes -= Math.min(sizeBytes, maxBytes);
    read.push({ name, mediaType, sizeBytes, content: start?.content ?? null, truncated: start?.truncated ?? false });
  }
  return read;
}

/** What a link that could not be opened is said to be. */
const sayings: Readonly<Record<OutboundFault, readonly [OpenedLink["outcome"], string]>> = {
  url_refused: ["refused", "not opened, because this server opens only https addresses without a password"],
  address_refused: ["refused", "not opened, because its host is not on the public internet"],
  redirect_refused: ["refused", "not opened, because it redirects too often or to nowhere"],
  name_unresolved: ["unreachable", "its host could not be found"],
  connection_failed: ["unreachable", "no connection could be made"],
  tls_failed: ["unreachable", "its certificate is not valid"],
  timed_out: ["unreachable", "no answer in time"],
  response_too_large: ["unreachable", "its answer is too large"],
  response_malformed: ["unreachable", "its answer cannot be understood"],
  aborted: ["not_tried", ""],
};

async function openLinks(
  { evaluation }: EvaluationJobContext,
  urls: readonly string[],
  signal: AbortSignal,
): Promise<OpenedLink[] | null> {
  const { links } = evaluation;
  if (links === null) return null;
  const open = async (url: string): Promise<OpenedLink> => {
    try {
      const limits = { timeoutMs: linkTimeoutMs, maxBodyBytes: maxLinkBytes, cutsBody: true, maxRedirects };
      return answered(url, await links.send({ url, ...limits, signal }));
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const [outcome, detail] = sayings[error.code];
      return { url, outcome, detail, mediaType: "", content: null, truncated: false };
    }
  };
  return Promise.all(urls.slice(0, maxOpenedLinks).map(open));
}

function answered(url: string, { status, headers, body, truncated }: OutboundResponse): OpenedLink {
  const mediaType = headers["content-type"] ?? "";
  if (status < 200 || status > 299) {
    return { url, outcome: "answered", detail: `answered ${status}`, mediaType, content: null, truncated: false };
  }
  const isHtml = /^\s*text\/html/i.test(mediaType);
  const isText = !isHtml && isTextLike(URL.parse(url)?.pathname ?? "", mediaType);
  const start = isText ? decodeText(body, truncated) : null;
  return { url, outcome: "opened", detail: "", mediaType, content: start?.content ?? null, truncated };
}
