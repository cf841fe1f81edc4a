/** The sandbox cannot be had on this machine. The message says why, and what would help. */
export class SandboxRefused extends Error {
  override readonly name = "SandboxRefused";
}

/** A run could not be set up or watched: not the program's doing. */
export class SandboxFailed extends Error {
  override readonly name = "SandboxFailed";
}

/** The error's code ("ENOENT"), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
