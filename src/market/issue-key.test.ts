import { expect, it } from "vitest";
import { aKey } from "../../test/support/market-inputs.ts";
import { MarketStage, nobody } from "../../test/support/market-stage.ts";
import { issueKey } from "./issue-key.ts";

it("gives a party one more key and answers without its hash", () => {
  const stage = new MarketStage();
  const before = stage.market.keys.size;
  const given = { ...aKey("the hash"), role: "admin", label: "Build server" } as const;
  const { key } = stage.market.execute(issueKey, { partyId: stage.worker, key: given });
  const { hash, ...shown } = given;
  expect(key).toEqual({ id: key.id, partyId: stage.worker, createdAt: stage.market.now, ...shown });
  expect(JSON.stringify(key)).not.toContain(hash);
  expect(stage.market.keys.size).toBe(before + 1);
  expect(stage.market.keys.get(key.id)).toEqual({ ...key, hash });
});

it("gives no key to a party that does not exist", () => {
  const stage = new MarketStage();
  stage.expectRefused(issueKey, { partyId: nobody, key: aKey() }, "party_not_found");
});
