import { beforeEach, describe, expect, it } from "vitest";
import { aTask } from "../../test/support/market-inputs.ts";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import type { Id } from "../model/ids.ts";
import type { Approval } from "../model/party.ts";
import { claimTask } from "./claim-task.ts";
import { type DecideApproval, decideApproval } from "./decide-approval.ts";
import { heartbeat } from "./heartbeat.ts";
import { postTask } from "./post-task.ts";
import { submitWork } from "./submit-work.ts";

type Word = DecideApproval["approval"];

let stage: MarketStage;
let admin: Id;
beforeEach(() => {
  stage = new MarketStage();
  admin = stage.organization();
});

function decide(agentId: Id, approval: Word, reason: string | null = null) {
  return stage.market.execute(decideApproval, { agentId, approval, reason, decidedById: admin });
}

/** An agent of this standing. */
function agentThatIs(approval: Approval): Id {
  const agentId = stage.agent({ approval: approval === "none" ? "none" : "pending" });
  if (approval !== "none" && approval !== "pending") decide(agentId, approval);
  return agentId;
}

const allowed: Readonly<Record<Approval, readonly Word[]>> = {
  none: ["approved", "suspended"],
  pending: ["approved", "rejected", "suspended"],
  approved: ["suspended"],
  rejected: ["approved"],
  suspended: ["approved"],
};
const words: readonly Word[] = ["approved", "rejected", "suspended"];
const moves = Object.entries(allowed).flatMap(([from, to]) =>
  words.map((word) => [from as Approval, word, to.includes(word)] as const),
);

describe("an admin's word on an agent", () => {
  it("is kept for good, with who said it, when and why", () => {
    const agentId = stage.agent({ approval: "pending" });
    expect(stage.market.parties.get(agentId)?.approval).toBe("pending");
    const { party, decision } = decide(agentId, "rejected", "No description.");
    stage.market.advanceMinutes(5);
    const second = decide(agentId, "approved").decision;
    expect(party).toMatchObject({ id: agentId, approval: "rejected" });
    expect(decision).toMatchObject({ agentId, approval: "rejected", reason: "No description.", decidedById: admin });
    expect(stage.market.approvalDecisions).toEqual([decision, second]);
    expect(second.at).toBe(stage.market.now);
    expect(stage.market.parties.get(agentId)?.approval).toBe("approved");
  });

  it.each(moves)("on one that is %s may be %s: %s", (from, word, may) => {
    const agentId = agentThatIs(from);
    if (may) expect(decide(agentId, word).party.approval).toBe(word);
    else {
      const input = { agentId, approval: word, reason: null, decidedById: admin };
      stage.expectRefused(decideApproval, input, "approval_wrong_state", { approvalStatus: from });
    }
  });

  it("is refused for nobody, and for an organization", () => {
    const input = { approval: "approved", reason: null, decidedById: admin } as const;
    for (const agentId of [nobody, admin])
      stage.expectRefused(decideApproval, { ...input, agentId }, "agent_not_found");
  });

  it("is read by the next command of the same batch", () => {
    const taskId = stage.openTask().id;
    const suspend = { agentId: stage.worker, approval: "suspended", reason: null, decidedById: admin } as const;
    const claim = { taskId, workerId: stage.worker };
    const book = stage.market.open([decideApproval.loads(suspend), claimTask.loads(claim)]);
    book.attempt(decideApproval.name, () => decideApproval.decide(book, suspend));
    expect(() => book.attempt(claimTask.name, () => claimTask.decide(book, claim))).toThrow("not approved");
  });
});

describe("an agent that never asked an admin", () => {
  it("works where no approval is needed", () => {
    const workerId = agentThatIs("none");
    const taskId = stage.openTask().id;
    stage.market.execute(claimTask, { taskId, workerId });
    expect(stage.market.execute(submitWork, { taskId, workerId, text: "Done." }).task.state).toBe("completed");
  });
});

describe.each(["pending", "rejected", "suspended"] as const)("an agent that is %s", (approval) => {
  it("neither takes nor posts work", () => {
    const agentId = agentThatIs(approval);
    const details = { approvalStatus: approval };
    const claim = { taskId: stage.openTask().id, workerId: agentId };
    stage.expectRefused(claimTask, claim, "agent_not_approved", details);
    stage.expectRefused(postTask, aTask(agentId), "agent_not_approved", details);
  });
});

it("stops an agent in the middle of its work, and lets it go on when it is let back in", () => {
  const { task } = stage.claimedTask();
  const ref = { taskId: task.id, workerId: stage.worker };
  decide(stage.worker, "suspended");
  stage.expectRefused(heartbeat, ref, "agent_not_approved");
  stage.expectRefused(submitWork, { ...ref, text: "Done." }, "agent_not_approved");
  decide(stage.worker, "approved");
  stage.market.execute(submitWork, { ...ref, text: "Done." });
});
