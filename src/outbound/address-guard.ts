import { type LookupAddress, lookup as lookupBySystem } from "node:dns";
import { Resolver } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { hostOf, isReachable, type Networks, noNetworks } from "../model/outside-url.ts";
import { OutboundError, outboundErrorOf } from "./outbound-error.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** All addresses of a name. Rejects when there are none. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

const resolver = { timeout: 2_000, tries: 2, maxTimeout: 4_000 };

/**
 * Asks name servers directly. The system's own lookup runs on a few threads that all of this process shares, and a few
 * names whose servers keep silent would hold them all; it is asked only where local networks are open, since their names
 * may be in a hosts file.
 */
export function resolverFor(openNetworks: Networks): Resolve {
  return async (name) => {
    const asked = new Resolver(resolver);
    const [ipv4, ipv6] = await Promise.allSettled([asked.resolve4(name), asked.resolve6(name)]);
    const found: LookupAddress[] = [
      ...(ipv4.status === "fulfilled" ? ipv4.value.map((address) => ({ address, family: 4 })) : []),
      ...(ipv6.status === "fulfilled" ? ipv6.value.map((address) => ({ address, family: 6 })) : []),
    ];
    if (found.length > 0) return found;
    if (openNetworks !== noNetworks) return resolveBySystem(name);
    throw new OutboundError("name_unresolved", ipv4.status === "rejected" ? ipv4.reason : undefined);
  };
}

function resolveBySystem(name: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookupBySystem(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}

/** Refuses a URL whose host is an address, however spelled, that may not be called. Names are looked at by `guardedLookup`. */
export function checkHost(url: URL, openNetworks: Networks): void {
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isReachable(host, openNetworks)) throw new OutboundError("address_refused");
}

/**
 * Resolves a name for a connection that is about to be made to exactly these addresses, so that no second answer can
 * differ. One address that may not be called, and the whole name is refused. Given up when `closing` is aborted.
 */
export function guardedLookup(resolve: Resolve, openNetworks: Networks, closing: AbortSignal): LookupFunction {
  return (hostname, options, callback) => {
    const answer = async (): Promise<readonly LookupAddress[]> => {
      const addresses = await unlessAborted(resolve(hostname.replace(/\.$/, "")), closing);
      if (addresses.length === 0) throw new OutboundError("name_unresolved");
      if (!addresses.every(({ address }) => isReachable(address, openNetworks))) {
        throw new OutboundError("address_refused");
      }
      return addresses;
    };
    answer().then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? "", first?.family ?? 4);
      },
      (error: unknown) => callback(outboundErrorOf(error), ""),
    );
  };
}
