import type { Visitor, WebStage } from "./web-stage.ts";

const password = "correct horse";

/** Somebody at a browser who looks after the market, let in by the link that the terminal prints. An admin's key must be there. */
export async function administrator(stage: WebStage): Promise<Visitor> {
  const { house } = stage;
  const token = await house.app.firstAdministrator.token();
  if (token === undefined) throw new Error("There is an administrator already.");
  const visitor = await stage.stranger();
  const email = "grace@example.com";
  const send = async (path: string, data: object): Promise<void> => {
    const answer = await visitor.page.request.post(path, { data, headers: { Origin: house.url } });
    if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: ${await answer.text()}`);
  };
  await send("/v1/auth/first-administrator", { token, name: "Grace Hopper", email, password });
  await send("/v1/auth/sign-in/email", { email, password });
  return visitor;
}
