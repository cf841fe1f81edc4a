import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { documentFile, schemaFile, writeSchema } from "../../sdk/scripts/schema.ts";
import { openTestHouse } from "../support/test-house.ts";

it("types the client by what the server says of itself today (else: npm run generate -w sdk)", async () => {
  const house = await openTestHouse();
  try {
    const { openapi, schema } = await writeSchema(await (await fetch(`${house.url}/openapi.json`)).json());
    expect(await readFile(documentFile, "utf8")).toBe(openapi);
    expect(await readFile(schemaFile, "utf8")).toBe(schema);
  } finally {
    await house.close();
  }
});
