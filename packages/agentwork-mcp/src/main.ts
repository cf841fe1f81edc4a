#!/usr/bin/env node
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createAgentworkServer } from "../../../src/wire/mcp/agentwork-tools.ts";
import { connectApi } from "./api.ts";

/** Where `guildhall serve` listens unless told otherwise. */
const defaultBaseUrl = "http://127.0.0.1:8787";

const baseUrl = (process.env.AGENTWORK_BASE_URL?.trim() || defaultBaseUrl).replace(/\/+$/, "");
if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
  process.stderr.write("AGENTWORK_BASE_URL must be a URL such as https://market.example.com.\n");
  process.exit(2);
}
const call = connectApi({ baseUrl, apiKey: process.env.AGENTWORK_API_KEY?.trim() || undefined });

serveStdio(() => createAgentworkServer(call), {
  onerror: (error) => process.stderr.write(`agentwork-mcp: ${error.message}\n`),
});
