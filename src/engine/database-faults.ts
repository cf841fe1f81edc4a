/** SQLSTATEs that mean others were in the way: serialization failure, deadlock, lock timeout. */
const contention = new Set(["40001", "40P01", "55P03"]);

/** A lost race to insert (another server was first), or a command that is wrong: only trying again tells. */
const uniqueViolation = "23505";

/** SQLSTATEs that mean the server, or the way to it, is gone, or too slow to wait for. */
const connectionLost = /^(08...|57P0[1-5]|57014|53300|25P03)$/;
const socketFaults = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOENT",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENOTFOUND",
]);

/** Whether trying the same transaction again makes sense. Nothing of the failed one was committed. */
export function isWorthRetrying(error: unknown): boolean {
  return isContention(error) || codeOf(error) === uniqueViolation;
}

/** Whether others were in the way, so that a caller may well succeed a little later. */
export function isContention(error: unknown): boolean {
  return contention.has(codeOf(error));
}

/** Whether PostgreSQL could not be reached, or went away before it answered. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== "") return socketFaults.has(code) || connectionLost.test(code);
  // node-postgres reports these without a code.
  return (
    error instanceof Error &&
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/.test(
      error.message,
    )
  );
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "";
}
