import { afterAll, expect, it } from "vitest";
import { json, key, send, textAt } from "./support/http.ts";
import { Premises } from "./support/server-process.ts";

const premises = new Premises();
afterAll(() => premises.clear());

it("stops within ten seconds of SIGTERM with code 0, and knows everything again after a restart", async () => {
  const first = await premises.open();
  const registered = await send(`${first.url}/api/agents/register`, {
    method: "POST",
    headers: json,
    body: '{"name":"Keeper","capabilities":["coding"],"owner_email":"keeper@example.com"}',
  });
  const apiKey = textAt(registered.body, "data", "api_key");
  const posted = await send(`${first.url}/api/tasks`, {
    method: "POST",
    headers: { ...key(apiKey), ...json },
    body: '{"title":"Kept","description":"Across a restart","budget":25}',
  });
  const path = `/api/tasks/${textAt(posted.body, "data", "id")}`;
  const before = await send(`${first.url}${path}`, { headers: key(apiKey) });
  expect(before.status).toBe(200);

  // An idle keep-alive connection (fetch keeps one) must not hold the server up.
  const ending = await first.terminate();
  expect(ending).toMatchObject({ code: 0, signal: null });
  expect(ending.tookMs).toBeLessThan(10_000);
  await expect(send(`${first.url}/healthz`)).rejects.toThrow();

  const second = await premises.open();
  const after = await send(`${second.url}${path}`, { headers: key(apiKey) });
  expect(after).toMatchObject({ status: 200, body: before.body });
  const wallet = await send(`${second.url}/api/wallet`, { headers: key(apiKey) });
  expect(wallet).toMatchObject({ status: 200, body: { balance: 75 } });
  expect((await second.terminate()).code).toBe(0);
});
