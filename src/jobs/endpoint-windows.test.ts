import { describe, expect, it } from "vitest";
import { EndpointWindows } from "./endpoint-windows.ts";

function fill(windows: EndpointWindows, id: string, isFailing = false): number {
  let begun = 0;
  for (; windows.roomFor(id, isFailing) > 0; begun++) windows.begin(id, isFailing);
  return begun;
}

describe("what may be under way to an endpoint", () => {
  it("grows while it answers well, up to sixteen, and is one after a failure", () => {
    const windows = new EndpointWindows();
    expect(fill(windows, "a")).toBe(2);
    expect(windows.saturated()).toEqual(["a"]);
    for (let answers = 0; answers < 10; answers++) {
      windows.end("a", true);
      fill(windows, "a");
    }
    windows.end("a", true);
    expect(windows.saturated()).toEqual([]);
    expect(fill(windows, "a")).toBe(1);
    for (let attempts = 0; attempts < 16; attempts++) windows.end("a", false);
    expect(fill(windows, "a")).toBe(1);
  });

  it("is one for an endpoint that has been failing, and those that fail hold at most half of everything", () => {
    const windows = new EndpointWindows();
    for (let endpoint = 0; endpoint < 512; endpoint++) {
      expect(windows.isFullOfFailing).toBe(false);
      expect(fill(windows, `failing-${endpoint}`, true)).toBe(1);
    }
    expect(windows.isFullOfFailing).toBe(true);
    expect(windows.isFull).toBe(false);
    for (let endpoint = 0; endpoint < 256; endpoint++) fill(windows, `hanging-${endpoint}`);
    expect(windows.isFull).toBe(true);
    windows.end("failing-0", false);
    expect([windows.isFull, windows.isFullOfFailing]).toEqual([false, false]);
  });
});
