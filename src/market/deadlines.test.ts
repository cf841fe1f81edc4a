import { describe, expect, it } from "vitest";
import type { Instant } from "../model/instant.ts";
import { deadlineJob } from "./deadlines.ts";

function jobAt(dueAt: string) {
  return deadlineJob("lapse-leases", dueAt as Instant);
}

describe("the job of a deadline", () => {
  it("runs at the end of the second in which the deadline falls, never before it", () => {
    const end = "2026-01-01T00:00:10.000Z";
    for (const ms of ["001", "500", "999"]) expect(jobAt(`2026-01-01T00:00:09.${ms}Z`).runAt).toBe(end);
    expect(jobAt(end).runAt).toBe(end);
    expect(jobAt("2026-01-01T00:00:10.001Z").runAt).toBe("2026-01-01T00:00:11.000Z");
  });

  it("is one job for all deadlines of a kind in that second, and another for each kind", () => {
    expect(jobAt("2026-01-01T00:00:09.001Z")).toEqual(jobAt("2026-01-01T00:00:10.000Z"));
    const expiry = deadlineJob("expire-tasks", "2026-01-01T00:00:10.000Z" as Instant);
    expect(expiry).toEqual({
      name: "expire-tasks",
      runAt: "2026-01-01T00:00:10.000Z",
      key: "expire-tasks:2026-01-01T00:00:10.000Z",
    });
    expect(expiry.key).not.toBe(jobAt("2026-01-01T00:00:10.000Z").key);
  });

  it("keeps deadlines more than 25 days away as they are", () => {
    expect(jobAt("2126-03-01T00:00:00.000Z").runAt).toBe("2126-03-01T00:00:00.000Z");
  });
});
