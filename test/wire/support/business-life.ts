import { expect } from "vitest";
import { approveSubmission } from "../../../src/market/approve-submission.ts";
import { decideCash } from "../../../src/market/decide-cash.ts";
import { openDispute } from "../../../src/market/open-dispute.ts";
import { rejectSubmission } from "../../../src/market/reject-submission.ts";
import { releasePayment } from "../../../src/market/release-payment.ts";
import { requestCash } from "../../../src/market/request-cash.ts";
import { requestRevision } from "../../../src/market/request-revision.ts";
import { ruleDispute } from "../../../src/market/rule-dispute.ts";
import { shortlistProposal } from "../../../src/market/shortlist-proposal.ts";
import { submitProposal } from "../../../src/market/submit-proposal.ts";
import { submitWork } from "../../../src/market/submit-work.ts";
import { splitPrice } from "../../../src/model/money.ts";
import { centsOf, type Member } from "../../support/club-client.ts";
import { aProposal } from "../../support/market-inputs.ts";
import { type NexworkClient, openCompetition } from "../../support/nexwork-client.ts";
import type { TestHouse } from "../../support/test-house.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";

/** What became of one engagement, and at what price. */
interface Expected {
  status: "ACTIVE" | "PENDING" | "RELEASED" | "REFUNDED" | "LOST";
  price: number;
  taskState: "in_progress" | "in_review" | "waiting" | "disputed" | "over";
}

/** Where it plays. */
export interface BusinessPlace {
  readonly house: TestHouse;
  readonly nexwork: NexworkClient;
  readonly poster: Member;
  readonly clock: VirtualClock;
}

/** Plays one agent's business life at random and knows what its earnings should be. */
export class BusinessLife {
  readonly agent: Member;
  readonly rival: Member;
  readonly tasks = new Map<string, Expected>();
  readonly payouts: { id: string; cents: number; state: "requested" | "confirmed" | "refused" }[] = [];

  readonly #place: BusinessPlace;

  constructor(place: BusinessPlace, agent: Member, rival: Member) {
    this.#place = place;
    this.agent = agent;
    this.rival = rival;
  }

  async step(choice: number, amount: number): Promise<void> {
    const acts = [
      () => this.begin(amount),
      () => this.on("in_progress", (id, task) => this.deliver(id, task)),
      () => this.on("in_progress", (id, task) => this.deliver(id, task)),
      () => this.on("in_review", (id, task) => this.approve(id, task)),
      () => this.on("in_review", (id, task) => this.approve(id, task)),
      () => this.on("in_review", (id, task) => this.revise(id, task)),
      () => this.on("in_review", (id, task) => this.reject(id, task, amount % 2 === 0)),
      () => this.on("in_review", (id, task) => this.dispute(id, task)),
      () => this.on("waiting", (id, task) => (amount % 2 === 0 ? this.dispute(id, task) : this.release(id, task))),
      () => this.on("disputed", (id, task) => this.rule(id, task, amount)),
      () => this.askForPayout(amount),
      () => this.decidePayout(amount % 3 === 0 ? "refused" : "confirmed"),
    ];
    await acts[choice % acts.length]?.();
  }

  private async on(state: Expected["taskState"], act: (id: string, task: Expected) => Promise<void>): Promise<void> {
    const found = [...this.tasks].find(([, task]) => task.taskState === state);
    if (found !== undefined) await act(...found);
  }

  private async begin(amount: number): Promise<void> {
    const disputeHours = amount % 2 === 0 ? 24 : 0;
    const times = { disputeHours, expiresInHours: 24 * 3_650, timeLimitMinutes: 60 * 24 * 3_650 };
    const taskId = await openCompetition(this.#place.house, this.#place.poster.id, { budget: 10_000, ...times });
    const { engine } = this.#place.house.app;
    const chosen = amount % 5 === 0 ? [this.agent, this.rival] : [this.agent];
    const proposals = [];
    for (const { id: workerId } of chosen) {
      proposals.push((await engine.execute(submitProposal, aProposal(taskId, workerId, { amount }))).proposal);
    }
    for (const { id: proposalId, workerId } of proposals) {
      await engine.execute(shortlistProposal, { taskId, proposalId, posterId: this.#place.poster.id, workerId });
    }
    if (chosen.length > 1) await engine.execute(submitWork, { taskId, workerId: this.rival.id, text: "Mine." });
    this.tasks.set(taskId, { status: "ACTIVE", price: amount, taskState: "in_progress" });
  }

  private async deliver(taskId: string, task: Expected): Promise<void> {
    await this.#place.house.app.engine.execute(submitWork, { taskId, workerId: this.agent.id, text: "Done." });
    Object.assign(task, { status: "PENDING", taskState: "in_review" });
  }

  private async newestSubmission(taskId: string, { id }: Member): Promise<string | undefined> {
    const { rows } = await this.#place.house.app.database.reads.query(
      "select id from submissions where task_id = $1 and worker_id = $2 order by id desc limit 1",
      [taskId, id],
    );
    return rows[0]?.id;
  }

  /** Now and then the rival's work is what the poster wants. */
  private async approve(taskId: string, task: Expected): Promise<void> {
    const rivals = await this.newestSubmission(taskId, this.rival);
    const lost = rivals !== undefined && task.price % 3 === 0;
    const submissionId = lost ? rivals : await this.newestSubmission(taskId, this.agent);
    const input = { taskId, submissionId: submissionId ?? null, reviewerId: this.#place.poster.id };
    const { task: after } = await this.#place.house.app.engine.execute(approveSubmission, input);
    if (lost) Object.assign(task, { status: "LOST", taskState: "over" });
    else if (after.releaseDueAt === null) Object.assign(task, { status: "RELEASED", taskState: "over" });
    else task.taskState = "waiting";
  }

  private async revise(taskId: string, task: Expected): Promise<void> {
    const submissionId = (await this.newestSubmission(taskId, this.agent)) ?? null;
    const { rows } = await this.#place.house.app.database.reads.query(
      "select revision_count from tasks where id = $1",
      [taskId],
    );
    if (rows[0].revision_count >= 3) return;
    await this.#place.house.app.engine.execute(requestRevision, {
      taskId,
      submissionId,
      posterId: this.#place.poster.id,
      reason: "More.",
    });
    task.taskState = "in_progress";
  }

  /** For good: then somebody else does it, or the poster gives it up and has the money back. */
  private async reject(taskId: string, task: Expected, cancel: boolean): Promise<void> {
    const input = { taskId, submissionId: null, posterId: this.#place.poster.id, reason: null, cancel };
    await this.#place.house.app.engine.execute(rejectSubmission, input);
    Object.assign(task, { status: cancel ? "REFUNDED" : "LOST", taskState: "over" });
  }

  private async dispute(taskId: string, task: Expected): Promise<void> {
    const input = { taskId, partyId: this.agent.id, submissionId: null, reason: "It is what was asked for." };
    await this.#place.house.app.engine.execute(openDispute, input);
    task.taskState = "disputed";
  }

  private async release(taskId: string, task: Expected): Promise<void> {
    this.#place.clock.advanceMinutes(24 * 60);
    await this.#place.house.app.engine.execute(releasePayment, { taskId });
    Object.assign(task, { status: "RELEASED", taskState: "over" });
    // Whatever else was waiting is due as well.
    for (const [id, other] of this.tasks) if (other.taskState === "waiting") await this.release(id, other);
  }

  private async rule(taskId: string, task: Expected, amount: number): Promise<void> {
    const { rows } = await this.#place.house.app.database.reads.query(
      "select id from disputes where task_id = $1 and ruled_at is null",
      [taskId],
    );
    const ruling = (["pay", "refund", "split"] as const)[amount % 3] ?? "pay";
    const isSplit = ruling === "split" && task.price > 1;
    const part = isSplit ? Math.max(1, task.price >> 1) : null;
    await this.#place.house.app.engine.execute(ruleDispute, {
      taskId,
      disputeId: rows[0].id,
      adminId: this.#place.poster.id,
      ruling: ruling === "split" && !isSplit ? "pay" : ruling,
      amount: part,
      note: null,
    });
    Object.assign(task, { status: ruling === "refund" ? "REFUNDED" : "RELEASED", taskState: "over" });
    if (part !== null) task.price = part;
  }

  private async askForPayout(amount: number): Promise<void> {
    const cents = Math.min(amount, await centsOf(this.#place.house, this.agent));
    if (cents < 1) return;
    const wish = { kind: "payout", partyId: this.agent.id, amountCents: cents } as const;
    const { request } = await this.#place.house.app.engine.execute(requestCash, {
      ...wish,
      provider: "manual",
      reference: null,
      spender: null,
    });
    this.payouts.push({ id: request.id, cents, state: "requested" });
  }

  private async decidePayout(state: "confirmed" | "refused"): Promise<void> {
    const payout = this.payouts.find((each) => each.state === "requested");
    if (payout === undefined) return;
    const decision = { requestId: payout.id, partyId: this.agent.id, state, note: null, decidedById: null };
    await this.#place.house.app.engine.execute(decideCash, decision);
    payout.state = state;
  }

  /** Compares all that the door says with what was played and with the ledger itself. */
  async expectTrue(): Promise<void> {
    const { body } = await this.#place.nexwork.get("/agents/me/earnings?limit=100", this.agent.key);
    const ledger = await this.ledger();
    expect(body.summary.releasedCents).toBe(ledger.paid);
    expect(body.summary.feeCents).toBe(ledger.fees);
    expect(await centsOf(this.#place.house, this.agent)).toBe(ledger.paid - ledger.takenOut);
    const mine = (status: Expected["status"]) => [...this.tasks.values()].filter((task) => task.status === status);
    const net = (tasks: Expected[]) => tasks.reduce((sum, { price }) => sum + splitPrice(price, 1_000).net, 0);
    expect(body.summary.pendingCents).toBe(net(mine("PENDING")));
    expect(body.summary.releasedCents).toBe(net(mine("RELEASED")));
    const { PENDING, RELEASED, PAID_OUT, REFUNDED } = body.byStatus;
    expect(PENDING.count).toBe(mine("PENDING").length);
    expect(REFUNDED.count).toBe(mine("REFUNDED").length);
    expect(RELEASED.count + PAID_OUT.count).toBe(mine("RELEASED").length);
    for (const sum of [PENDING, RELEASED, PAID_OUT, REFUNDED]) {
      expect(sum.netCents + sum.feeCents).toBe(sum.grossCents);
    }
    const confirmed = this.payouts.filter(({ state }) => state === "confirmed");
    const covered = confirmed.reduce((sum, { cents }) => sum + cents, 0);
    expect(PAID_OUT.netCents).toBeLessThanOrEqual(covered);
    this.expectFirstInFirstOut(body.payouts, covered);
    expect(body.meta).toMatchObject({ total: body.payouts.length, hasMore: false });
  }

  private async ledger(): Promise<{ paid: number; fees: number; takenOut: number }> {
    const wallet = `party:${this.agent.id}:usd`;
    const { rows } = await this.#place.house.app.database.reads.query(
      `select coalesce(sum(amount) filter (where kind = 'payment' and credit = $1), 0)::bigint as paid,
         coalesce(sum(amount) filter (where kind = 'fee'), 0)::bigint as fees,
         (coalesce(sum(amount) filter (where kind = 'payout' and debit = $1), 0)
           - coalesce(sum(amount) filter (where kind = 'payout_return' and credit = $1), 0))::bigint as "takenOut"
       from transfers where kind <> 'fee' or task_id in (
         select task_id from assignments where worker_id = $2 and state = 'accepted')`,
      [wallet, this.agent.id],
    );
    return rows[0];
  }

  private expectFirstInFirstOut(payouts: { status: string; netCents: number }[], covered: number): void {
    // The newest first: so that what is paid out comes last.
    const paid = payouts.filter(({ status, netCents }) => netCents > 0 && /RELEASED|PAID_OUT/.test(status)).reverse();
    const firstWaiting = paid.findIndex(({ status }) => status === "RELEASED");
    if (firstWaiting === -1) return;
    expect(paid.slice(firstWaiting).every(({ status }) => status === "RELEASED")).toBe(true);
    const before = paid.slice(0, firstWaiting).reduce((sum, { netCents }) => sum + netCents, 0);
    expect(before + (paid[firstWaiting]?.netCents ?? 0)).toBeGreaterThan(covered);
  }
}
