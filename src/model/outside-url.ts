import { BlockList, isIP, isIPv4 } from "node:net";
import { refuse } from "./errors.ts";

const maxUrlLength = 2_048;

/** Addresses that nobody outside may make us call (7-facts, "Guarded fetch"). */
const closedIpv4 = blockList("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
]);
const openIpv6 = blockList("ipv6", [["2000::", 3]]);
const closedIpv6 = blockList("ipv6", [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);

/** Whether an address belongs to the public internet. */
function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closedIpv4.check(address, "ipv4");
  return isIP(address) === 6 && openIpv6.check(address, "ipv6") && !closedIpv6.check(address, "ipv6");
}

export interface OutsideUrlRules {
  /** Names the field in a refusal. */
  readonly field: string;
  /** Also http, and hosts on the local network (sandbox only, by configuration). */
  readonly allowHttp: boolean;
}

/**
 * Checks a URL that a stranger wants us to call later: https, no credentials, no private host by literal address. Names
 * are resolved and checked again when the call is made. Refuses `validation_failed`.
 */
export function checkOutsideUrl(text: string, { field, allowHttp }: OutsideUrlRules): string {
  const invalid = (problem: string): never => refuse("validation_failed", { message: `"${field}" ${problem}` });
  if (text.length > maxUrlLength) invalid(`must be at most ${maxUrlLength} characters long.`);
  const url = URL.parse(text);
  if (url === null) return invalid("must be a URL.");
  if (url.protocol !== "https:" && !(allowHttp && url.protocol === "http:")) invalid("must start with https://.");
  if (url.username !== "" || url.password !== "") invalid("must not contain a user name or password.");
  if (!allowHttp && isClosedHost(url.hostname)) invalid("must not point into a private network.");
  return text;
}

/** `URL` has already turned decimal, octal and hexadecimal forms into dotted ones. */
function isClosedHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return host === "localhost" || host.endsWith(".localhost") || !host.includes(".");
}

function blockList(family: "ipv4" | "ipv6", subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
