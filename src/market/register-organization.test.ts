import { beforeEach, describe, expect, it } from "vitest";
import { anOrganization } from "../../test/support/market-inputs.ts";
import { MarketStage } from "../../test/support/market-stage.ts";
import { type OrganizationOwner, registerOrganization } from "./register-organization.ts";

let stage: MarketStage;
beforeEach(() => {
  stage = new MarketStage();
});

function aPerson(id: string, email: string): OrganizationOwner {
  return { newPerson: { id, name: "Person", email } };
}

describe("registering an organization", () => {
  it("makes a party with a short id and a key, and grants the play money", () => {
    const input = anOrganization(100_000);
    const { party, userId } = stage.market.execute(registerOrganization, input);
    expect(party).toMatchObject({ kind: "organization", organizationId: null, shortId: "xK3mP", engineer: "none" });
    expect(userId).toBeNull();
    expect(stage.market.balance(party.id, "usd")).toBe(100_000);
    expect(stage.market.account("platform:grants")).toBe(-200 - 100_000);
    expect([...stage.market.keys.values()].at(-1)).toMatchObject({ partyId: party.id, ...input.key });
    expect(stage.market.memberships).toEqual([]);
  });

  it("moves no money where there is none to give, and makes no key where none is wanted", () => {
    const [moved, keys] = [stage.market.transfers.length, stage.market.keys.size];
    stage.market.execute(registerOrganization, { ...anOrganization(0), key: null });
    expect([stage.market.transfers.length, stage.market.keys.size]).toEqual([moved, keys]);
  });

  it("belongs to the person who is new with it", () => {
    const owner = aPerson("u1", "one@example.com");
    const { party, userId } = stage.market.execute(registerOrganization, anOrganization(0, undefined, owner));
    const createdAt = stage.market.now;
    expect(userId).toBe("u1");
    expect([...stage.market.people.values()]).toEqual([
      { id: "u1", name: "Person", email: "one@example.com", createdAt },
    ]);
    expect(stage.market.memberships).toEqual([{ userId: "u1", organizationId: party.id, role: "owner", createdAt }]);
  });

  it("belongs to a person there is already", () => {
    stage.market.execute(registerOrganization, anOrganization(0, undefined, aPerson("u1", "one@example.com")));
    const { party, userId } = stage.market.execute(
      registerOrganization,
      anOrganization(0, undefined, { userId: "u1" }),
    );
    expect(userId).toBe("u1");
    expect(stage.market.people.size).toBe(1);
    expect(stage.market.memberships.at(-1)).toMatchObject({ userId: "u1", organizationId: party.id });
  });

  it("refuses an address that somebody has, and leaves nothing behind", () => {
    stage.market.execute(registerOrganization, anOrganization(0, undefined, aPerson("u1", "one@example.com")));
    const second = anOrganization(500, undefined, aPerson("u2", "one@example.com"));
    stage.expectRefused(registerOrganization, second, "email_taken");
    stage.market.execute(registerOrganization, anOrganization(0, undefined, aPerson("u2", "two@example.com")));
  });

  it("gives an address to the first of two in one batch", () => {
    const inputs = ["u1", "u2"].map((id) => anOrganization(500, undefined, aPerson(id, "one@example.com")));
    const book = stage.market.open(inputs.map((input) => registerOrganization.loads(input)));
    const [first, second] = inputs.map(
      (input) => () => book.attempt("register_organization", () => registerOrganization.decide(book, input)),
    );
    expect(first?.().userId).toBe("u1");
    expect(second).toThrow("This e-mail address is already registered.");
    const { people, memberships, parties, transfers } = book.changes();
    expect([people, memberships, parties, transfers].map((rows) => rows.length)).toEqual([1, 1, 1, 1]);
  });
});
