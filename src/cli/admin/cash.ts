import { createHash } from "node:crypto";
import { ConfigError } from "../../config/environment.ts";
import type { ExecuteOptions } from "../../engine/engine.ts";
import { decideCash } from "../../market/decide-cash.ts";
import { requestCash } from "../../market/request-cash.ts";
import { type CashRequestState, manualProvider } from "../../model/cash-request.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { isAmount } from "../../model/money.ts";
import { readCashRequest, readCashRequests } from "../../store/cash-requests.ts";
import { presentCashRequest } from "../../wire/native/present-competing.ts";
import { administer, describeList, type OutputOptions, type Print, plain } from "./market.ts";

/** More than fit on a screen; the API has all of them, page by page. */
const maxListed = 100;

export interface DepositOptions extends OutputOptions {
  readonly reference?: string;
  readonly idempotencyKey?: string;
}

/** `guildhall admin deposit`: money that has arrived already, asked for and confirmed in one. */
export function deposit(party: string, cents: string, options: DepositOptions, print: Print): Promise<boolean> {
  const amountCents = readCents(cents);
  const reference = options.reference ?? null;
  return administer(
    options,
    print,
    async ({ engine, adminId }) => {
      const partyId = isId(party) ? party.toLowerCase() : refuse("party_not_found");
      const retry = (step: string) => retryOf(options.idempotencyKey, step, [partyId, amountCents, reference]);
      const asked = {
        kind: "deposit" as const,
        partyId,
        amountCents,
        provider: manualProvider,
        reference,
        spender: null,
      };
      const { request } = await engine.execute(requestCash, asked, retry("ask"));
      const word = { requestId: request.id, partyId, state: "confirmed" as const, note: null, decidedById: adminId };
      const done = await engine.execute(decideCash, word, retry("confirm"));
      return { request: presentCashRequest(done.request), balance: done.balance };
    },
    ({ request, balance }) => `Deposited ${request.amount} cents; the balance is ${balance} cents.`,
  );
}

/** `guildhall admin cash-requests`: deposits and payouts, the newest first. */
export function listCash(state: CashRequestState, options: OutputOptions, print: Print): Promise<boolean> {
  return administer(
    options,
    print,
    async ({ reads }) => {
      const query = { partyId: undefined, kind: undefined, state, beforeId: undefined, limit: maxListed };
      return (await readCashRequests(reads, query)).map(presentCashRequest);
    },
    (requests) =>
      describeList(
        requests.map(({ id, kind, amount, party_id, reference }) =>
          [id, kind.padEnd(7), String(amount).padStart(10), party_id, plain(reference ?? "")].join("  ").trimEnd(),
        ),
      ),
  );
}

/** `guildhall admin confirm-cash|refuse-cash`: what became of a deposit or payout. */
export function decideOnCash(
  id: string,
  state: "confirmed" | "refused",
  options: OutputOptions & { readonly note?: string },
  print: Print,
): Promise<boolean> {
  return administer(
    options,
    print,
    async ({ engine, reads, adminId }) => {
      const requestId = isId(id) ? id.toLowerCase() : refuse("cash_request_not_found");
      const { partyId } = (await readCashRequest(reads, requestId)) ?? refuse("cash_request_not_found");
      const word = { requestId, partyId, state, note: options.note ?? null, decidedById: adminId };
      const { request, balance } = await engine.execute(decideCash, word);
      return { request: presentCashRequest(request), balance };
    },
    ({ request, balance }) => `The ${request.kind} is ${state}; the balance is ${balance} cents.`,
  );
}

/** Throws `ConfigError`. */
export function readCents(text: string): number {
  const cents = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!isAmount(cents)) throw new ConfigError("The amount must be a whole number of cents from 1 to 1000000000.");
  return cents;
}

/** One step of a command line that may be repeated: each is a command with a key of its own. */
function retryOf(key: string | undefined, step: string, request: readonly unknown[]): ExecuteOptions {
  if (key === undefined) return {};
  const fingerprint = createHash("sha256").update(JSON.stringify(request)).digest("hex");
  return { idempotency: { scope: "guildhall", key: `deposit ${step} ${key}`, fingerprint } };
}
