import { buffer } from "node:stream/consumers";
import type { ArtifactFile } from "../executor.ts";
import { type ArtifactLimits, collectArtifacts } from "../sandbox/collect-artifacts.ts";
import { strangerText } from "../stranger-text.ts";
import type { ToolOutcome } from "./tool-outcome.ts";

const MiB = 1024 ** 2;
/** They are in memory for a moment, so they are fewer than an upload may be. */
const deliveryLimits: Partial<ArtifactLimits> = { files: 200, fileBytes: 16 * MiB, totalBytes: 48 * MiB };
const reportLengthMax = 8_000;

/** The files of a solution: the wanted files and folders, or all, read without following links. */
export async function filesToDeliver(folder: string, wanted: readonly string[] | undefined): Promise<ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for await (const artifact of artifactsOf(folder, wanted)) {
    if (artifact.kind === "refused") continue;
    const bytes = await buffer(artifact.read());
    files.push({ name: artifact.name, mediaType: mediaTypeOf(artifact.name), bytes });
  }
  return files;
}

/** Whether these files can be handed in, and if not, why. */
export async function checkDelivery(
  runId: string,
  folder: string,
  wanted: readonly string[] | undefined,
): Promise<ToolOutcome> {
  const problems: string[] = [];
  const names: string[] = [];
  for await (const artifact of artifactsOf(folder, wanted)) {
    if (artifact.kind === "file") names.push(artifact.name);
    else problems.push(`${artifact.name}: ${artifact.reason}`);
  }
  for (const path of (wanted ?? []).map(plainPath)) {
    const isThere = path === "" || names.some((name) => name === path || name.startsWith(`${path}/`));
    if (!isThere && problems.length === 0) problems.push(`${path}: there is no such file`);
  }
  if (problems.length === 0) return { text: `${names.length} files are handed in.`, failed: false };
  const list = strangerText(runId, problems.join("\n"), reportLengthMax);
  return {
    text: `Not handed in, because of these files. Name the files you want to hand in, or mend them.\n${list}`,
    failed: true,
  };
}

function artifactsOf(folder: string, wanted: readonly string[] | undefined) {
  const only = wanted?.map(plainPath);
  return collectArtifacts(folder, deliveryLimits, only?.includes("") === true ? undefined : only);
}

/** As names of artifacts are written; "" is the workspace itself. */
function plainPath(path: string): string {
  const parts = path.replace(/^\/workspace(\/|$)/, "").split("/");
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

const mediaTypes: Readonly<Record<string, string>> = {
  css: "text/css",
  csv: "text/csv",
  gif: "image/gif",
  html: "text/html",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  md: "text/markdown",
  mjs: "text/javascript",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  webp: "image/webp",
  xml: "application/xml",
  zip: "application/zip",
};

function mediaTypeOf(name: string): string {
  const ending = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return mediaTypes[ending] ?? "application/octet-stream";
}
