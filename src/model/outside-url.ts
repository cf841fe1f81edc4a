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

/** Networks that are not public and may be called all the same, because an operator says so. */
export interface Networks {
  has(address: string): boolean;
}

export const noNetworks: Networks = { has: () => false };

/** Private networks that a house without a way to the internet lives in; neither link-local nor metadata addresses. */
export const localNetworks: readonly string[] = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
];

/** Reads networks written as `10.1.0.0/16`, `fd00::/8` or single addresses; undefined if one of them is neither. */
export function readNetworks(texts: readonly string[]): Networks | undefined {
  if (texts.length === 0) return noNetworks;
  const list = new BlockList();
  for (const text of texts) {
    const [address = "", bits, rest] = text.split("/");
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || rest !== undefined || !(prefix <= longest)) return undefined;
    list.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? "ipv4" : "ipv6") };
}

/** Whether an address may be called: it belongs to the public internet, or to a network that was opened. */
export function isReachable(address: string, open: Networks): boolean {
  return isPublicAddress(address) || open.has(address);
}

function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closedIpv4.check(address, "ipv4");
  return isIP(address) === 6 && openIpv6.check(address, "ipv6") && !closedIpv6.check(address, "ipv6");
}

/** The host of a URL as an address or a name: without brackets and without the dot at its end. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

export interface OutsideUrlRules {
  /** Names the field in a refusal. */
  readonly field: string;
  /** Also http, and hosts on the local network (sandbox only, by configuration). */
  readonly allowHttp: boolean;
  /** Private networks that may be named all the same; none if absent. */
  readonly openNetworks?: Networks;
}

/**
 * Checks a URL that a stranger wants us to call later: https, no credentials, no private host by literal address. Names
 * are resolved and checked again when the call is made. Refuses `validation_failed`.
 */
export function checkOutsideUrl(
  text: string,
  { field, allowHttp, openNetworks = noNetworks }: OutsideUrlRules,
): string {
  const invalid = (problem: string): never => refuse("validation_failed", { message: `"${field}" ${problem}` });
  if (text.length > maxUrlLength) invalid(`must be at most ${maxUrlLength} characters long.`);
  const url = URL.parse(text);
  if (url === null) return invalid("must be a URL.");
  if (url.protocol !== "https:" && !(allowHttp && url.protocol === "http:")) invalid("must start with https://.");
  if (url.username !== "" || url.password !== "") invalid("must not contain a user name or password.");
  if (!allowHttp && isClosedHost(hostOf(url), openNetworks)) invalid("must not point into a private network.");
  return text;
}

/** `URL` has already turned decimal, octal and hexadecimal forms into dotted ones. */
function isClosedHost(host: string, openNetworks: Networks): boolean {
  if (isIP(host) !== 0) return !isReachable(host, openNetworks);
  // Names that only mean something inside are looked up where something inside is open.
  if (openNetworks !== noNetworks) return false;
  return host === "localhost" || host.endsWith(".localhost") || !host.includes(".");
}

function blockList(family: "ipv4" | "ipv6", subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
