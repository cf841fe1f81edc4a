import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { FastifyInstance } from "fastify";
import { openTestHouse, type TestHouse, type TestHouseOptions } from "../../support/test-house.ts";

/** Whose language an address speaks; `operations` are the addresses for those who run the server. */
export type DoorName = "a2a" | "agentmarket" | "agentwork" | "club" | "mcp" | "native" | "nexwork" | "operations";

/** One route as the server itself knows it. */
export interface Route {
  readonly method: string;
  readonly door: DoorName;
  /** With `:name` where an address varies, without the door's mounting prefix. */
  readonly path: string;
  /** "" or the prefix under which a door is mounted a second time. */
  readonly prefix: string;
  readonly requiresKey: boolean;
  readonly body: ObjectSchema | undefined;
  readonly query: readonly string[];
}

/** As much of a JSON schema as the tests look at. */
export interface ObjectSchema {
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
}

export interface PropertySchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: PropertySchema;
  readonly uniqueItems?: boolean;
  readonly anyOf?: readonly PropertySchema[];
}

const mountingPrefix = /^\/(club|agentwork|agentmarket|nexwork)(?=\/api\/)/;

/** 4-dialects, "Mounting": the first that fits. */
const roots: readonly (readonly [RegExp, DoorName])[] = [
  [/^\/api\/agent\/v1\//, "club"],
  [/^\/api\/v1\/(agents|subtasks)\/|^\/api\/v1\/tasks\/:id\/(propose|deliver)$/, "nexwork"],
  [/^\/api\/v1\//, "agentwork"],
  [/^\/api\//, "agentmarket"],
  [/^\/v1\//, "native"],
  [/^\/mcp$/, "mcp"],
  [/^\/(a2a|\.well-known\/agent-card\.json)(\/|$)/, "a2a"],
];

/**
 * Opens a house and listens in while its routes are made: Fastify announces every server it creates on this channel.
 * Nothing can be reached over HTTP without being in the table.
 */
export async function openHouseWithRoutes(
  options: TestHouseOptions = {},
): Promise<{ house: TestHouse; routes: Route[] }> {
  const routes: Route[] = [];
  const listen = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook("onRoute", ({ method, url, schema, config, constraints }) => {
      const prefix = mountingPrefix.exec(url)?.[0] ?? "";
      const path = url.slice(prefix.length);
      const isNexwork = prefix === "/nexwork" || constraints?.keyKind === "nexwork";
      for (const each of [method].flat()) {
        routes.push({
          method: each,
          door: isNexwork ? "nexwork" : (roots.find(([root]) => root.test(path))?.[1] ?? "operations"),
          path,
          prefix,
          requiresKey: config?.requiresKey === true,
          body: schema?.body as ObjectSchema | undefined,
          query: Object.keys((schema?.querystring as ObjectSchema | undefined)?.properties ?? {}),
        });
      }
    });
  };
  subscribe("fastify.initialization", listen);
  try {
    const house = await openTestHouse(options);
    return { house, routes };
  } finally {
    unsubscribe("fastify.initialization", listen);
  }
}

/**
 * "POST /api/tasks": how a route is called in the tables of tests. Nexwork's go by the address that is theirs alone: two of
 * the others are Agentwork's too.
 */
export function nameOf({ method, door, path }: Pick<Route, "method" | "door" | "path">): string {
  return `${method} ${door === "nexwork" ? "/nexwork" : ""}${path}`;
}

/** Whether it changes anything and so may come with a body. */
export function isWriting({ method }: Pick<Route, "method">): boolean {
  return method !== "GET" && method !== "HEAD";
}
