import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { SandboxRefused } from "./errors.ts";

/** The user of the machine that sandboxed programs run as. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const userName = "guildhall-sandbox";
/** Nobody's: outside of what distributions give to services and people, and below 65,536, which containers end at. */
const nobodysUid = 61_111;
const probeTimeoutMs = 10_000;

/**
 * Whom programs run as: undefined means ourselves. Root lends them another user, because bubblewrap started by root
 * leaves them with root's files within reach: `guildhall-sandbox` where that user exists, else a number that nobody has.
 * Refuses as root where the user cannot be changed.
 */
export async function chooseIdentity(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const identity = (await userNamed(userName)) ?? { uid: nobodysUid, gid: nobodysUid };
  if (identity.uid === 0) throw new SandboxRefused(`The user ${userName} must not be root.`);
  try {
    await asIdentity(identity, "exit 0", []);
  } catch (error) {
    throw new SandboxRefused(
      `The server runs as root and cannot run programs as another user (uid ${identity.uid}): ${(error as Error).message}. ` +
        "Start the server as an ordinary user, or give it the capabilities SETUID and SETGID.",
    );
  }
  return identity;
}

async function userNamed(name: string): Promise<Identity | undefined> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name && uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** Which of these files and folders that user may read (and enter). Asked by trying: modes alone do not know ACLs. */
export async function readableBy(identity: Identity | undefined, paths: readonly string[]): Promise<Set<string>> {
  const script =
    'i=0; for path; do if [ -r "$path" ] && { [ ! -d "$path" ] || [ -x "$path" ]; }; then echo $i; fi; i=$((i + 1)); done';
  const said = await asIdentity(identity, script, paths);
  return new Set(said.split("\n").flatMap((line) => (line === "" ? [] : (paths[Number(line)] ?? []))));
}

/** Runs a script of the shell outside of any sandbox, with an empty environment. */
function asIdentity(identity: Identity | undefined, script: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", script, "sh", ...args], {
      ...identity,
      cwd: "/",
      env: {},
      stdio: ["ignore", "pipe", "ignore"],
      timeout: probeTimeoutMs,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(said) : reject(new Error(`the shell ended with ${code}`))));
  });
}
