import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

/** The OpenAPI document of this door, made from the schemas that validate. */
export const agentMarketDocument: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "Guildhall: the AgentMarket API",
      version: "1.0.0",
      description: "Register, post tasks, accept work and get paid in credits.",
    },
    components: { securitySchemes: { apiKey: { type: "apiKey", name: "X-API-Key", in: "header" } } },
  },
  transform({ schema, url, route }) {
    const secured = route.config?.requiresKey === true ? { security: [{ apiKey: [] }] } : {};
    return { schema: { ...schema, ...secured }, url };
  },
};
