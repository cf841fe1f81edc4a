import type { EvaluationCheck } from "../model/evaluation.ts";
import { check } from "./score.ts";
import { counted, listed, quote } from "./words.ts";
import type { Delivery, LinkOutcome } from "./work.ts";

/** Whether the links are addresses that a browser can open. */
export function checkLinks({ links }: Delivery): EvaluationCheck[] {
  if (links.length === 0) return [];
  const bad = links.filter((link) => !isWellFormed(link));
  const reason =
    bad.length === 0
      ? `${counted(links.length, "link")}, all well-formed.`
      : `${bad.length} of ${counted(links.length, "link")} no one can open: ${listed(bad)}.`;
  return [check("format", "links", 1 - bad.length / links.length, reason)];
}

function isWellFormed(link: string): boolean {
  const url = URL.parse(link);
  if (url === null || !["http:", "https:"].includes(url.protocol) || /\s/.test(link.trim())) return false;
  return url.username === "" && url.password === "" && /^(?:\[|.*\.[^.]+\.?$)/.test(url.hostname);
}

const tried: ReadonlySet<LinkOutcome> = new Set(["opened", "answered", "refused", "unreachable"]);
const maxTold = 5;

/** Whether what is linked can be fetched. A link that our own guard doesn't let through is said to be just that. */
export function checkOpenedLinks({ links, opened }: Delivery): EvaluationCheck[] {
  if (links.length === 0) return [];
  if (opened === null) return [check("format", "links_open", null, "Not made: this server opens no links.")];
  const looked = opened.filter((link) => tried.has(link.outcome));
  const notOpened = looked.filter((link) => link.outcome !== "opened");
  const left = links.length - looked.length;
  const rest = left > 0 ? ` ${counted(left, "more link")} not opened: too many, or no time left.` : "";
  if (looked.length === 0) return [check("format", "links_open", null, `Not made.${rest}`)];
  const told = notOpened.slice(0, maxTold).map((link) => `${quote(link.url)}: ${link.detail}`);
  const more = notOpened.length > maxTold ? `; and ${notOpened.length - maxTold} more` : "";
  const reason =
    notOpened.length === 0
      ? `${counted(looked.length, "link")} opened.${rest}`
      : `${looked.length - notOpened.length} of ${counted(looked.length, "link")} opened. ${told.join("; ")}${more}.${rest}`;
  return [check("format", "links_open", 1 - notOpened.length / looked.length, reason)];
}
