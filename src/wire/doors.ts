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
import { type DoorDocument, writeLlmsText } from "./shared/llms-text.ts";

/** The doors that speak another service's language; each also answers under its own name. */
const dialects: readonly Door[] = [clubDoor, nexworkDoor, agentworkDoor, agentMarketDoor];

/** Mounts every door at its documented addresses, with its OpenAPI document (4-dialects, "Mounting"). */
export async function mountDoors(app: DoorApp, context: DoorContext): Promise<void> {
  const documents = new Map<string, () => DoorDocument>();
  documents.set("/openapi.json", await mountWithDocument(app, nativeDoor, "/openapi.json", context));
  for (const door of dialects) {
    const address = `/openapi/${door.name}.json`;
    documents.set(address, await mountWithDocument(app, door, address, context));
    await app.register(async (copy: DoorApp) => door.mount(copy, context), { prefix: `/${door.name}` });
  }
  await app.register(async (instance: DoorApp) => mountMcp(instance, context));
  await app.register(async (instance: DoorApp) => mountA2a(instance, context));
  app.get("/llms.txt", { schema: { hide: true } }, async (_request, reply) => {
    const written = [...documents].map(([address, document]) => [address, document()] as const);
    const parts = { publicUrl: context.publicUrl(), documents: Object.fromEntries(written) };
    return reply.type("text/plain; charset=utf-8").send(writeLlmsText(parts));
  });
}

/** Whose envelope an address gets that no route answers: the first door that owns it; the native one owns the rest. */
export function errorsOf(request: FastifyRequest): DialectErrors {
  const path = request.url.split("?", 1)[0] ?? "";
  if (mcpErrors.owns(path, request)) return mcpErrors;
  if (a2aErrors.owns(path, request)) return a2aErrors;
  return dialects.find(({ errors }) => errors.owns(path, request))?.errors ?? nativeDoor.errors;
}

/** Returns the document, which is complete once the server is ready. */
async function mountWithDocument(
  app: DoorApp,
  door: Door,
  address: string,
  context: DoorContext,
): Promise<() => DoorDocument> {
  let document = (): DoorDocument => ({ info: { title: door.name } });
  await app.register(async (instance: DoorApp) => {
    await instance.register(swagger, door.document);
    door.mount(instance, context);
    app.get(address, { schema: { hide: true } }, async () => instance.swagger());
    document = () => instance.swagger() as DoorDocument;
  });
  return () => document();
}
