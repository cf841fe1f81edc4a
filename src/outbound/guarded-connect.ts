import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Networks } from "../model/outside-url.ts";
import { checkHost, guardedLookup, type Resolve, resolverFor } from "./address-guard.ts";
import { outboundErrorOf } from "./outbound-error.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Opens a plain connection to a host outside. `signal` gives it up until it stands, not after. */
export type ConnectOutside = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** Connections to addresses that may be called, and to the very addresses that were checked. Reject with an `OutboundError`. */
export function guardedConnect(openNetworks: Networks, resolve: Resolve = resolverFor(openNetworks)): ConnectOutside {
  return async (host, port, signal) => {
    checkHost(new URL(`https://${host}:${port}`), openNetworks);
    const socket = connect({ host, port, lookup: guardedLookup(resolve, openNetworks, signal) });
    try {
      await unlessAborted(once(socket, "connect"), signal);
      return socket;
    } catch (error) {
      socket.destroy();
      throw outboundErrorOf(error);
    }
  };
}
