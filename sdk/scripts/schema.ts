import openapiTS, { astToString } from "openapi-typescript";

export const documentFile = new URL("../openapi.json", import.meta.url);
export const schemaFile = new URL("../src/schema.gen.ts", import.meta.url);

/** The two files that are made from the server's OpenAPI document, as texts. */
export async function writeSchema(document: unknown): Promise<{ readonly openapi: string; readonly schema: string }> {
  const openapi = `${JSON.stringify(document, null, 2)}\n`;
  const types = astToString(await openapiTS(openapi));
  return { openapi, schema: `// Generated from openapi.json by \`npm run generate -w sdk\`. Do not edit.\n\n${types}` };
}
