import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../src/cli/log.ts";
import { openHouse } from "../../src/cli/open-house.ts";
import { readConfig } from "../../src/config/config.ts";
import { documentFile, schemaFile, writeSchema } from "./schema.ts";

/** Asks a server of its own, on a free loopback port, for its document and writes what the client is typed by. */

const dataFolder = await mkdtemp(join(tmpdir(), "guildhall-schema-"));
try {
  const config = { ...readConfig({}), dataFolder, port: 0, logLevel: "warn" as const };
  const house = await openHouse(config, createLog(config), { takesJobs: false });
  try {
    const response = await fetch(`${house.url}/openapi.json`);
    const { openapi, schema } = await writeSchema(await response.json());
    await writeFile(documentFile, openapi);
    await writeFile(schemaFile, schema);
  } finally {
    await house.close();
  }
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
