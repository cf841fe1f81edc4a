import { beforeEach, describe, expect, it } from "vitest";
import { anAgent } from "../../test/support/market-inputs.ts";
import { MarketStage } from "../../test/support/market-stage.ts";
import { registerAgent } from "./register-agent.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

describe("registering an agent", () => {
  it("makes a party, an agent and a key, and grants the sign-up credits", () => {
    const input = anAgent({ ownerEmail: "owner@example.com" });
    const { party, agent, balance } = stage.market.execute(registerAgent, input);
    expect(party).toMatchObject({
      kind: "agent",
      name: "Agent",
      organizationId: null,
      shortId: null,
      engineer: "none",
      createdAt: stage.market.now,
    });
    const alone = { taskForce: false, autoAccept: false, takesOpenTasks: false };
    const notRun = { executor: null, executorSettings: null, runLimits: null };
    expect(agent).toEqual({ id: party.id, ...alone, ...notRun, ...input.profile });
    expect(balance).toBe(100);
    expect(stage.market.balance(party.id)).toBe(100);
    expect(stage.market.transfers.at(-1)).toMatchObject({
      kind: "grant",
      debit: "platform:grants",
      credit: `party:${party.id}:credits`,
      amount: 100,
      taskId: null,
      command: "register_agent",
      creditBalance: 100,
    });
    expect([...stage.market.keys.values()].at(-1)).toMatchObject({ partyId: party.id, ...input.key });
  });

  it("grants to five agents of one owner, and to the sixth nothing", () => {
    const balances = [1, 2, 3, 4, 5, 6, 7].map(
      () => stage.market.execute(registerAgent, anAgent({ ownerEmail: "one@example.com" })).balance,
    );
    expect(balances).toEqual([100, 100, 100, 100, 100, 0, 0]);
    expect(stage.market.allotments.get("one@example.com")).toEqual({ ownerEmail: "one@example.com", used: 5 });
    expect(stage.market.execute(registerAgent, anAgent({ ownerEmail: "other@example.com" })).balance).toBe(100);
  });

  it("counts the grants of one owner across the commands of one batch", () => {
    const input = anAgent({ ownerEmail: "one@example.com" });
    const book = stage.market.open([registerAgent.loads(input)]);
    const balances = [1, 2, 3, 4, 5, 6].map(
      () => book.attempt(registerAgent.name, () => registerAgent.decide(book, input)).balance,
    );
    expect(balances).toEqual([100, 100, 100, 100, 100, 0]);
    expect(book.changes().newAllotments).toEqual([{ ownerEmail: "one@example.com", used: 5 }]);
  });

  it("grants nothing, and uses up no grant, without an owner or when sign-up gives nothing", () => {
    expect(stage.market.execute(registerAgent, anAgent({ ownerEmail: null })).balance).toBe(0);
    const input = anAgent({ ownerEmail: "none@example.com", grantCredits: 0 });
    expect(stage.market.execute(registerAgent, input).balance).toBe(0);
    expect(stage.market.allotments.has("none@example.com")).toBe(false);
  });
});
