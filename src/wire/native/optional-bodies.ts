import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

type TransformObject = NonNullable<FastifyDynamicSwaggerOptions["transformObject"]>;

interface Described {
  readonly requestBody?: {
    required?: boolean;
    readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
  };
}

/** A POST whose fields are all optional may come without a body; the document should say so, and typed clients then do. */
export const markOptionalBodies: TransformObject = (document) => {
  if (!("openapiObject" in document)) return document.swaggerObject;
  const { openapiObject } = document;
  for (const operations of Object.values(openapiObject.paths ?? {})) {
    for (const operation of Object.values(operations ?? {}) as Described[]) {
      const schema = operation.requestBody?.content?.["application/json"]?.schema;
      const isOptional = typeof schema === "object" && schema !== null && !("required" in schema);
      if (operation.requestBody !== undefined && isOptional) operation.requestBody.required = false;
    }
  }
  return openapiObject;
};
