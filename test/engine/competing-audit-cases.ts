import { decideCash } from "../../src/market/decide-cash.ts";
import { openDispute } from "../../src/market/open-dispute.ts";
import { requestCash } from "../../src/market/request-cash.ts";
import type { CashRequestKind } from "../../src/model/cash-request.ts";
import type { Id } from "../../src/model/ids.ts";
import { EngineCompetition } from "../support/engine-competition.ts";
import type { EngineStage } from "../support/engine-stage.ts";
import { nobody } from "../support/market-stage.ts";

/** The tampering, the rule it breaks, and what the audit names. */
export type AuditCase = readonly [what: string, rule: string, statement: () => string, names: () => string];

/** Tasks that are competed for, by what has become of them, and the people around. */
type CompetitionRow = "poster" | "worker" | "taking" | "inWork" | "waiting" | "disputed" | "frozen" | "paid";
export type CompetitionRows = Readonly<Record<CompetitionRow, Id>>;

const rule = {
  escrow: "A task's escrow is its budget while it is undecided and zero once it is final.",
  price:
    "A completed task paid its price: the net to its one accepted worker, the fee to the platform, the rest back; one on an allowance moved no money.",
  winner: "A completed task has exactly one accepted assignment, a disputed one at most one, any other task none.",
  bound: "A task is in work or review exactly while a worker is bound to it, and a claimed task by one only.",
  disputes: "Exactly the disputed tasks have one dispute that nobody has ruled on.",
  proposals: "A task counts its proposals, all but the withdrawn ones.",
  board: "The board's totals count the tasks that take proposals.",
  prices: "Who works by a proposal was shortlisted by it, at its price.",
  cash: "A party's deposits are what was confirmed to it; its payouts what it asked for and was not refused.",
};

/** A competition in each state that the audit tells apart; money that came in and went out. */
export async function competeAndPay(stage: EngineStage): Promise<CompetitionRows> {
  const competition = new EngineCompetition(stage.engine);
  const poster = await competition.poster();
  const [worker = "", rival = ""] = await competition.competitors(2);
  const [taking = "", inWork = "", disputed = "", paid = ""] = await competition.tasks(4, poster);
  const [waiting = "", frozen = ""] = await competition.tasks(2, poster, { disputeHours: 24 });
  await competition.propose(taking, worker);
  await competition.shortlisted(inWork, poster, [worker, rival]);
  const [engagement] = await competition.shortlisted(disputed, poster, [worker]);
  if (engagement !== undefined) await competition.deliver(engagement);
  for (const taskId of [waiting, frozen, paid]) await competition.approved(taskId, poster, worker);
  for (const taskId of [disputed, frozen]) {
    await stage.engine.execute(openDispute, { taskId, partyId: poster, submissionId: null, reason: "No." });
  }
  const ask = async (kind: CashRequestKind, partyId: Id, amountCents: number, state: "confirmed" | "refused") => {
    const input = { kind, partyId, amountCents, provider: "manual", reference: null, spender: null };
    const { request } = await stage.engine.execute(requestCash, input);
    await stage.engine.execute(decideCash, { requestId: request.id, partyId, state, note: null, decidedById: nobody });
  };
  await ask("deposit", poster, 700, "confirmed");
  await ask("deposit", poster, 7_000, "refused");
  await ask("payout", worker, 600, "confirmed");
  await ask("payout", worker, 60, "refused");
  return { poster, worker, taking, inWork, waiting, disputed, frozen, paid };
}

/** What an intruder may do to it. */
export function competitionCases(row: () => CompetitionRows): readonly AuditCase[] {
  return [
    [
      "approved work whose payment is said to be made",
      rule.escrow,
      () => `update tasks set release_due_at = null where id = '${row().waiting}'`,
      () => row().waiting,
    ],
    [
      "paid work whose payment is said to wait",
      rule.escrow,
      () => `update tasks set release_due_at = now() where id = '${row().paid}'`,
      () => row().paid,
    ],
    [
      "a disputed escrow that was emptied",
      rule.escrow,
      () => `insert into transfers select '${row().frozen}', 'refund', 'escrow:${row().frozen}', debit, amount, currency,
        task_id, command, null, null, at from transfers where kind = 'hold' and task_id = '${row().frozen}'`,
      () => row().frozen,
    ],
    [
      "work that was paid for more than was agreed on",
      rule.price,
      () => `update tasks set price = price + 1 where id = '${row().paid}'`,
      () => row().paid,
    ],
    [
      "two winners of a competition",
      rule.winner,
      () => `update assignments set state = 'accepted' where task_id = '${row().inWork}'`,
      () => row().inWork,
    ],
    [
      "two winners of a disputed task",
      rule.winner,
      () => `insert into assignments (id, task_id, worker_id, state, created_at, ended_at, proposal_id, price)
        select '${row().poster}', task_id, worker_id, state, created_at, ended_at, proposal_id, price from assignments where task_id = '${row().frozen}'`,
      () => row().frozen,
    ],
    [
      "a disputed task that nobody has worked on",
      rule.bound,
      () => `update assignments set state = 'lapsed' where task_id = '${row().disputed}'`,
      () => row().disputed,
    ],
    [
      "a competition in work that everybody has left",
      rule.bound,
      () => `update assignments set state = 'lapsed' where task_id = '${row().inWork}'`,
      () => row().inWork,
    ],
    [
      "a dispute that was ruled on while its task is frozen",
      rule.disputes,
      () => `update disputes set ruled_at = now() where task_id = '${row().disputed}'`,
      () => row().disputed,
    ],
    [
      "a dispute about a task that is not disputed",
      rule.disputes,
      () => `insert into disputes (id, task_id, assignment_id, opened_by_id, reason, created_at)
        select '${row().poster}', '${row().waiting}', assignment_id, opened_by_id, reason, created_at from disputes limit 1`,
      () => row().waiting,
    ],
    [
      "a proposal that is gone",
      rule.proposals,
      () => `delete from proposals where task_id = '${row().taking}'`,
      () => row().taking,
    ],
    [
      "a withdrawn proposal that still counts",
      rule.proposals,
      () => `update proposals set state = 'withdrawn' where task_id = '${row().taking}'`,
      () => row().taking,
    ],
    [
      "a board that shows one task too many",
      rule.board,
      () => "update board_counts set open_count = 2",
      () => "general",
    ],
    [
      "a board that shows a category of its own",
      rule.board,
      () => "insert into board_counts values ('nowhere', 1)",
      () => "nowhere",
    ],
    [
      "a board that has forgotten a category",
      rule.board,
      () => `update tasks set category = 'forgotten' where id = '${row().taking}'`,
      () => "forgotten",
    ],
    [
      "a price that is not the proposal's",
      rule.prices,
      () => `update assignments set price = price + 1 where task_id = '${row().inWork}'`,
      () => "4001",
    ],
    [
      "somebody who works by another's proposal",
      rule.prices,
      () => `update proposals set worker_id = '${row().poster}' where task_id = '${row().waiting}'`,
      () => "by proposal",
    ],
    [
      "somebody who works without having been chosen",
      rule.prices,
      () => `update proposals set state = 'submitted' where task_id = '${row().waiting}'`,
      () => "by proposal",
    ],
    [
      "a deposit that arrived and was never confirmed",
      rule.cash,
      () => "update cash_requests set state = 'requested' where kind = 'deposit' and state = 'confirmed'",
      () => `deposit of party:${row().poster}`,
    ],
    [
      "a deposit that arrived at somebody else's",
      rule.cash,
      () => `update transfers set credit = 'party:${row().worker}:usd' where kind = 'deposit'`,
      () => "deposit of party:",
    ],
    [
      "a refused payout that never came back",
      rule.cash,
      () => "delete from transfers where kind = 'payout_return'",
      () => `payout of party:${row().worker}`,
    ],
    [
      "a payout that nobody asked for",
      rule.cash,
      () => "delete from cash_requests where kind = 'payout' and state = 'confirmed'",
      () => `payout of party:${row().worker}`,
    ],
  ];
}
