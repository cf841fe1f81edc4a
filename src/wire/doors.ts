import swagger from "@fastify/swagger";
import type { FastifyRequest } from "fastify";
import { mountA2a } from "./a2a/door.ts";
import { a2aErrors } from "./a2a/errors.ts";
import { agentMarketDoor } from "./agentmarket/dialect.ts";
import { agentworkDoor } from "./agentwork/dialect.ts";
import { clubDoor } from "./club/dialect.ts";
import { mountMcp } from "./mcp/door.ts";
import { mcpErrors } from "./mcp/errors.ts";
import { nativeDoor } from "./native/dialect.ts";
import { nexworkDoor } from "./nexwork/dialect.ts";
import type { DialectErrors } from "./shared/dialect.ts";
import type { Door, DoorApp, DoorContext } from "./shared/door.ts";

/** The doors that speak another service's language; each also answers under its own name. */
const dialects: readonly Door[] = [clubDoor, nexworkDoor, agentworkDoor, agentMarketDoor];

/** Mounts every door at its documented addresses, with its OpenAPI document (4-dialects, "Mounting"). */
export async function mountDoors(app: DoorApp, context: DoorContext): Promise<void> {
  for (const door of dialects) {
    await mountWithDocument(app, door, `/openapi/${door.name}.json`, context);
    await app.register(async (copy: DoorApp) => door.mount(copy, context), { prefix: `/${door.name}` });
  }
  await app.register(async (instance: DoorApp) => mountMcp(instance, context));
  await app.register(async (instance: DoorApp) => mountA2a(instance, context));
  await mountWithDocument(app, nativeDoor, "/openapi.json", context);
}

/** Whose envelope an address gets that no route answers: the first door that owns it; the native one owns the rest. */
export function errorsOf(request: FastifyRequest): DialectErrors {
  const path = request.url.split("?", 1)[0] ?? "";
  if (mcpErrors.owns(path, request)) return mcpErrors;
  if (a2aErrors.owns(path, request)) return a2aErrors;
  return dialects.find(({ errors }) => errors.owns(path, request))?.errors ?? nativeDoor.errors;
}

async function mountWithDocument(app: DoorApp, door: Door, address: string, context: DoorContext): Promise<void> {
  await app.register(async (instance: DoorApp) => {
    await instance.register(swagger, door.document);
    door.mount(instance, context);
    app.get(address, { schema: { hide: true } }, async () => instance.swagger());
  });
}
