import { delimiter, isAbsolute } from "node:path";
import { ConfigError, type Environment, text, wholeNumber } from "./environment.ts";

const bytesPerMiB = 1024 ** 2;

/** What programs that agents run may have. */
export interface SandboxConfig {
  /** Of one program; what is left out is as docs/sandbox.md says. */
  readonly limits: {
    readonly wallMs?: number;
    readonly cpuMs?: number;
    readonly memoryBytes?: number;
    readonly processes?: number;
    readonly diskBytes?: number;
  };
  /** Folders of the machine that programs may read besides the system's own. */
  readonly readOnlyFolders: readonly string[];
}

/** Throws `ConfigError`. */
export function readSandbox(env: Environment): SandboxConfig {
  const wallMs = wholeNumber(env, "GUILDHALL_SANDBOX_SECONDS", 600, 1, 86_400) * 1_000;
  const folders = (text(env, "GUILDHALL_SANDBOX_FOLDERS") ?? "").split(delimiter).filter((folder) => folder !== "");
  if (!folders.every(isAbsolute)) {
    throw new ConfigError(`GUILDHALL_SANDBOX_FOLDERS must be absolute paths with ${delimiter} between them.`);
  }
  return {
    limits: {
      wallMs,
      cpuMs: wallMs,
      memoryBytes: wholeNumber(env, "GUILDHALL_SANDBOX_MEMORY_MIB", 1_024, 64, 1_048_576) * bytesPerMiB,
      processes: wholeNumber(env, "GUILDHALL_SANDBOX_PROCESSES", 256, 8, 32_768),
      diskBytes: wholeNumber(env, "GUILDHALL_SANDBOX_DISK_MIB", 1_024, 16, 1_048_576) * bytesPerMiB,
    },
    readOnlyFolders: folders,
  };
}
