import { hash, verify } from "@node-rs/argon2";
import { refuse } from "../model/errors.ts";

/** argon2id (the library's default), as OWASP asks for: 19 MiB, two passes. About 30 ms of one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a password that nobody knows: what is compared where there is no account, so that it takes as long. */
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$SkTLkviGV5BHcDeOJlOqnQ$xt3WLau+pidrxZCU3GEOQ2AKTkVvUb/N0Tx1k6EtcEQ";

export interface PasswordLimits {
  /** Passwords hashed at once; each takes a core and 19 MiB. */
  readonly maxRunning?: number;
  /** Passwords that may wait; one more is refused with `queue_full`. */
  readonly maxWaiting?: number;
}

/** Hashes and checks passwords, a few at a time: a flood of sign-ins must not take the server's cores and memory. */
export class Passwords {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ maxRunning = 2, maxWaiting = 64 }: PasswordLimits = {}) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** Refuses `queue_full`. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, cost));
  }

  /** `storedHash` null: there is none, which takes as long to say. Refuses `queue_full`. */
  verify(storedHash: string | null, password: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const matches = await verify(storedHash ?? decoy, password);
      return matches && storedHash !== null;
    });
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#maxRunning) {
      if (this.#waiting.length >= this.#maxWaiting) refuse("queue_full");
      // Whoever leaves hands its place over, so `#running` stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
