import Fastify, { type FastifyInstance } from "fastify";
import { expect, it } from "vitest";
import { serializersMadeOnce } from "./serializers.ts";

const thing = { a: 1, b: 2 };

/** A door whose answers, at several addresses, are what it calls a thing: only the field it knows of. */
function door(app: FastifyInstance, field: "a" | "b", addresses: readonly string[]): void {
  app.register(async (room) => {
    room.addSchema({ $id: "Thing", type: "object", properties: { [field]: { type: "number" } } });
    for (const address of addresses) {
      room.get(address, { schema: { response: { 200: { $ref: "Thing#" } } } }, async () => thing);
    }
  });
}

it("doors that call different things by one name each present their own, at every address", async () => {
  const app = Fastify({ schemaController: { compilersFactory: { buildSerializer: serializersMadeOnce() } } });
  door(app, "a", ["/a/1", "/a/2"]);
  door(app, "b", ["/b/1", "/b/2"]);
  app.get("/text", { schema: { response: { 200: { type: "string" } } } }, async () => "plain");
  const bodies = ["/a/1", "/a/2", "/b/1", "/b/2", "/text"].map(async (url) => (await app.inject(url)).body);
  expect(await Promise.all(bodies)).toEqual(['{"a":1}', '{"a":1}', '{"b":2}', '{"b":2}', "plain"]);
  await app.close();
});
