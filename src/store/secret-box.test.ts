import { describe, expect, it } from "vitest";
import { SecretBox, type SecretPlace, SecretUnreadable } from "./secret-box.ts";

const box = new SecretBox("a server's secret that is long enough");
const place: SecretPlace = { id: "0199aaaa-0000-7000-8000-000000000001", field: "push token" };
const token = "Bearer ünïcode and ASCII";

describe("a sealed secret", () => {
  it("opens where it was sealed, also on another server of the house, and looks like nothing", () => {
    const sealed = box.seal(token, place);
    expect(sealed).toMatch(/^sealed:1:[\w-]+$/);
    expect(sealed).not.toContain("ASCII");
    expect(new SecretBox("a server's secret that is long enough").open(sealed, place)).toBe(token);
    expect(box.seal(token, place)).not.toBe(sealed);
  });

  it("is refused for another record, another field and another server's secret", () => {
    const sealed = box.seal(token, place);
    const otherRecord = { ...place, id: "0199aaaa-0000-7000-8000-000000000002" };
    expect(() => box.open(sealed, otherRecord)).toThrow(SecretUnreadable);
    expect(() => box.open(sealed, { ...place, field: "push credentials" })).toThrow(SecretUnreadable);
    expect(() => new SecretBox("another secret that is long enough, too").open(sealed, place)).toThrow(
      SecretUnreadable,
    );
  });

  it("is refused with any byte changed, cut off or empty, and the refusal does not repeat it", () => {
    const sealed = box.seal(token, place);
    const bytes = Buffer.from(sealed.slice("sealed:1:".length), "base64url");
    const changed = [...bytes.keys()].map((index) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(bytes.readUInt8(index) ^ 1, index);
      return copy;
    });
    const cut = [0, 5, 12, 20, 27, bytes.length - 1].map((length) => bytes.subarray(0, length));
    for (const wrong of [...changed, ...cut]) {
      const text = `sealed:1:${wrong.toString("base64url")}`;
      expect(() => box.open(text, place), text).toThrow(SecretUnreadable);
      expect(() => box.open(text, place), text).not.toThrow(text);
    }
  });

  it("may itself look sealed", () => {
    const lookalike = "sealed:1:AAAA";
    expect(box.open(box.seal(lookalike, place), place)).toBe(lookalike);
  });
});

it("reads what was stored before anything was sealed as it is, and seals it once", () => {
  expect(box.open(token, place)).toBe(token);
  const sealed = box.reseal(token, place);
  expect(box.open(sealed, place)).toBe(token);
  expect(box.reseal(sealed, place)).toBe(sealed);
});
