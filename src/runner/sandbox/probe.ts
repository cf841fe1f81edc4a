import { SandboxRefused } from "./errors.ts";
import type { RunCommand, RunResult } from "./run-to-end.ts";

const probeLimits = { wallMs: 10_000, outputBytes: 64 * 1024 };

/** Says what a program in the sandbox finds around itself. Only with /bin/sh, cat, wc and basename. */
const script = `
echo "environment $(cat /proc/1/environ | wc -c)"
cat /proc/self/status
for folder in / /usr /etc /dev /proc/sys/kernel; do [ -w "$folder" ] && echo "writable $folder"; done
(echo probe > /proc/sys/kernel/core_pattern) 2>/dev/null && echo "writable /proc/sys/kernel/core_pattern"
while read -r name rest; do case "$name" in *:*) echo "interface $name";; esac; done < /proc/net/dev
for each in /proc/self/fd/*; do [ -e "$each" ] && [ ! "$each" -ef /dev/null ] && echo "descriptor $(basename "$each")"; done
[ -w /workspace ] && [ -w /tmp ] && echo ready
`;

/** What must be so, by a pattern in what the script prints, and what it means when it is not. */
const promises: readonly (readonly [RegExp, string])[] = [
  [/^ready$/m, "programs cannot write to their workspace"],
  [/^environment 0$/m, "a program can read the environment bubblewrap was started with"],
  [/^NoNewPrivs:\s*1$/m, "programs may gain privileges"],
  [/^Seccomp:\s*2$/m, "the seccomp filter is not in force"],
  [/^CapEff:\s*0+$/m, "programs have capabilities"],
  [/^CapBnd:\s*0+$/m, "programs could have capabilities"],
];
const mustNotBe: readonly (readonly [RegExp, string])[] = [
  [/^writable (.*)$/m, "programs can write to"],
  [/^descriptor ([^012].*|..+)$/m, "programs inherit the server's open descriptor"],
  [/^interface (?!lo:)(.*):$/m, "programs have the network interface"],
];

/** Runs a program in the sandbox and throws `SandboxRefused` unless it finds every promise kept. */
export async function probe(run: (command: RunCommand) => Promise<RunResult>, workspaceFolder: string): Promise<void> {
  const result = await run({ argv: ["/bin/sh", "-c", script], workspaceFolder, limits: probeLimits }).catch(refuse);
  const said = result.stdout.toString("utf8");
  if (result.exitCode !== 0) {
    throw new SandboxRefused(
      `A probe ended by ${result.endedBy} (${result.exitCode}): ${result.stderr.toString("utf8").trim()}`,
    );
  }
  for (const [pattern, broken] of promises)
    if (!pattern.test(said)) throw new SandboxRefused(`The sandbox does not hold: ${broken}.`);
  for (const [pattern, broken] of mustNotBe) {
    const found = pattern.exec(said)?.[1];
    if (found !== undefined) throw new SandboxRefused(`The sandbox does not hold: ${broken} ${found}.`);
  }
}

/** bubblewrap's own words are the best there are; the one complaint that has a common cure gets it. */
function refuse(error: unknown): never {
  const message = (error as Error).message;
  const isForbidden = /user namespace|uid map|Creating new namespace|Operation not permitted|Permission denied/i.test(
    message,
  );
  const advice = isForbidden
    ? " This machine does not let ordinary users make user namespaces; see docs/sandbox.md for how to allow it."
    : "";
  throw new SandboxRefused(`${message}${advice}`);
}
