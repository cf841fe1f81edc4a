import { expect } from "vitest";
import type { Answer } from "../../support/agentmarket-client.ts";

/** Fails unless this is the AgentMarket door's own way to say no, with this status and code, and nothing else in it. */
export function expectRefusal(answer: Answer, status: number, code: string, balance?: number): void {
  const { error, ...rest } = answer.body;
  expect({ status: answer.status, ...rest }).toEqual({
    status,
    success: false,
    code,
    ...(balance === undefined ? {} : { balance }),
  });
  expect(error).toMatch(/\S/);
  expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
}
