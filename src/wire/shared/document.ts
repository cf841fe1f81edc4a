import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

export interface DocumentOptions {
  readonly title: string;
  readonly description: string;
  readonly keyScheme: KeyScheme;
}

/** How a key is sent, in OpenAPI's words. */
type KeyScheme =
  | { readonly type: "http"; readonly scheme: "bearer" }
  | { readonly type: "apiKey"; readonly name: string; readonly in: "header" };

export const bearerScheme: KeyScheme = { type: "http", scheme: "bearer" };

/** The OpenAPI document of a door, made from the schemas that validate. Routes that require a key say so. */
export function describeDoor({ title, description, keyScheme }: DocumentOptions): FastifyDynamicSwaggerOptions {
  return {
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema.$id === "string" ? schema.$id : `def-${index}`,
    },
    openapi: {
      openapi: "3.1.0",
      info: { title, version: "1.0.0", description },
      components: { securitySchemes: { apiKey: keyScheme } },
    },
    transform({ schema, url, route }) {
      const secured = route.config?.requiresKey === true ? { security: [{ apiKey: [] }] } : {};
      return { schema: { ...schema, ...secured }, url };
    },
  };
}
