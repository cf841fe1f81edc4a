import { type Account, accountName } from "../model/accounts.ts";
import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import { type Currency, isAmount } from "../model/money.ts";
import type { Transfer, TransferKind, Wallet } from "../model/wallet.ts";
import { Additions } from "./additions.ts";
import type { Journal } from "./journal.ts";
import { Shelf } from "./shelf.ts";

/** One movement, before it has an id and a time. */
export interface Movement {
  readonly kind: TransferKind;
  readonly from: Account;
  readonly to: Account;
  readonly amount: number;
  readonly currency: Currency;
  readonly taskId: Id | null;
  /** The command that causes it. */
  readonly command: string;
}

/** The money in the book: the wallets that were loaded, and the transfers that commands make. */
export class Ledger {
  readonly #wallets: Shelf<Wallet>;
  readonly #transfers: Additions<Transfer>;

  constructor(journal: Journal, wallets: readonly Wallet[]) {
    this.#wallets = new Shelf(journal);
    this.#transfers = new Additions(journal);
    for (const wallet of wallets) this.#wallets.load(walletKey(wallet.partyId, wallet.currency), wallet);
  }

  /** The party's balance; a wallet that was never used holds 0. */
  balance(partyId: Id, currency: Currency): number {
    return this.#wallets.get(walletKey(partyId, currency))?.balance ?? 0;
  }

  /** Moves money. Refuses `funds_insufficient` when a wallet would go below zero; throws on what is not an amount. */
  move({ kind, from, to, amount, currency, taskId, command }: Movement, id: Id, at: Instant): void {
    if (!isAmount(amount)) throw new Error(`${amount} is not an amount that can move.`);
    const debitBalance = this.#apply(from, currency, -amount);
    const creditBalance = this.#apply(to, currency, amount);
    const debit = accountName(from, currency);
    const credit = accountName(to, currency);
    this.#transfers.add({
      id,
      kind,
      debit,
      credit,
      amount,
      currency,
      taskId,
      command,
      debitBalance,
      creditBalance,
      at,
    });
  }

  changes() {
    return {
      newWallets: this.#wallets.added(),
      changedWallets: this.#wallets.changed(),
      transfers: this.#transfers.all(),
    };
  }

  #apply(account: Account, currency: Currency, change: number): number | null {
    if (account.kind !== "wallet") return null;
    const key = walletKey(account.partyId, currency);
    const wallet = this.#wallets.get(key);
    const balance = (wallet?.balance ?? 0) + change;
    if (balance < 0)
      refuse("funds_insufficient", { details: { currency, balance: balance - change, needed: -change } });
    if (!Number.isSafeInteger(balance)) throw new Error(`The balance of ${key} would exceed what a number can hold.`);
    const next = { partyId: account.partyId, currency, balance };
    if (wallet === undefined) this.#wallets.add(key, next);
    else this.#wallets.replace(key, next);
    return balance;
  }
}

function walletKey(partyId: Id, currency: Currency): string {
  return `${partyId}:${currency}`;
}
