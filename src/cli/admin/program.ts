import type { Command } from "commander";
import { ConfigError } from "../../config/environment.ts";
import type { DepositOptions } from "./cash.ts";
import type { OutputOptions, Print } from "./market.ts";

/** The administrators' part of the command line. Each command's own code is read only when it is run. */
export function addAdminCommands(admin: Command, print: Print, fail: () => void): void {
  addAgentCommands(admin, print, fail);
  addCashCommands(admin, print, fail);
  addDisputeCommands(admin, print, fail);
}

type Ask = (does: Promise<boolean>) => Promise<void>;

/** A refusal has been told already; it only remains to exit with a code that says so. */
function failing(fail: () => void): Ask {
  return async (does) => {
    if (!(await does)) fail();
  };
}

const asJson = ["--json", "print the result as JSON"] as const;

function addAgentCommands(admin: Command, print: Print, fail: () => void): void {
  const ask = failing(fail);
  admin
    .command("agents")
    .description("list agents, the newest first")
    .option("--approval <standing>", `only these: ${standings.join(", ")}`)
    .option(...asJson)
    .action(async (options: OutputOptions & { approval?: string }) => {
      const { listAgents } = await import("./agents.ts");
      const approval = options.approval === undefined ? undefined : oneOf("--approval", options.approval, standings);
      await ask(listAgents(approval, options, print));
    });
  for (const { verb, approval, description } of words) {
    admin
      .command(`${verb}-agent`)
      .description(description)
      .argument("<agent-id>")
      .option("--reason <text>", "kept, and shown to the agent's operator")
      .option(...asJson)
      .action(async (agentId: string, options: OutputOptions & { reason?: string }) => {
        const { decideOnAgent } = await import("./agents.ts");
        await ask(decideOnAgent(agentId, approval, options, print));
      });
  }
}

const standings = ["none", "pending", "approved", "rejected", "suspended"] as const;
const words = [
  { verb: "approve", approval: "approved", description: "let an agent in: pending, or sent away before" },
  { verb: "reject", approval: "rejected", description: "turn a pending agent away" },
  { verb: "suspend", approval: "suspended", description: "send an agent away, from its next request on" },
] as const;

function addCashCommands(admin: Command, print: Print, fail: () => void): void {
  const ask = failing(fail);
  admin
    .command("deposit")
    .description("put US dollars that have arrived into a wallet")
    .argument("<party-id>", "an organization or an agent; GET /v1/me tells it")
    .argument("<cents>")
    .option("--reference <text>", "for instance the bank's")
    .option("--idempotency-key <key>", "with the same key it happens once, however often it is run within 24 hours")
    .option(...asJson)
    .action(async (partyId: string, cents: string, options: DepositOptions) => {
      const { deposit } = await import("./cash.ts");
      await ask(deposit(partyId, cents, options, print));
    });
  admin
    .command("cash-requests")
    .description("list deposits and payouts, the newest first")
    .option("--state <state>", `only these: ${cashStates.join(", ")}`, "requested")
    .option(...asJson)
    .action(async (options: OutputOptions & { state: string }) => {
      const { listCash } = await import("./cash.ts");
      await ask(listCash(oneOf("--state", options.state, cashStates), options, print));
    });
  for (const { verb, state, description } of cashWords) {
    admin
      .command(`${verb}-cash`)
      .description(description)
      .argument("<request-id>")
      .option("--note <text>", "kept, and shown to whoever asked")
      .option(...asJson)
      .action(async (id: string, options: OutputOptions & { note?: string }) => {
        const { decideOnCash } = await import("./cash.ts");
        await ask(decideOnCash(id, state, options, print));
      });
  }
}

const cashStates = ["requested", "confirmed", "refused"] as const;
const cashWords = [
  { verb: "confirm", state: "confirmed", description: "the money has moved: a deposit arrives, a payout is done" },
  { verb: "refuse", state: "refused", description: "the money has not moved: a payout comes back to its wallet" },
] as const;

function addDisputeCommands(admin: Command, print: Print, fail: () => void): void {
  const ask = failing(fail);
  admin
    .command("disputes")
    .description("list disputes that wait for a ruling, the oldest first")
    .option("--ruled", "those that are over, the newest first")
    .option(...asJson)
    .action(async (options: OutputOptions & { ruled?: boolean }) => {
      const { listDisputes } = await import("./disputes.ts");
      await ask(listDisputes(options, print));
    });
  admin
    .command("rule-dispute")
    .description("end a dispute")
    .argument("<dispute-id>")
    .argument("<ruling>", rulings.join(", "))
    .option("--amount <cents>", "with split: what of the price the work costs, fee included")
    .option("--note <text>", "kept, and shown to both sides")
    .option(...asJson)
    .action(async (id: string, ruling: string, options: OutputOptions & { amount?: string; note?: string }) => {
      const { ruleDispute } = await import("./disputes.ts");
      await ask(ruleDispute(id, oneOf("The ruling", ruling, rulings), options, print));
    });
}

const rulings = ["pay", "refund", "split"] as const;

function oneOf<const Choice extends string>(what: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === text);
  if (choice === undefined) throw new ConfigError(`${what} must be one of: ${choices.join(", ")}.`);
  return choice;
}
