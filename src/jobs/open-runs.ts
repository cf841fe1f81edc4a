import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ChatModel } from "../model/chat.ts";
import type { Id } from "../model/ids.ts";
import type { CallEndpoint } from "../runner/endpoint.ts";
import type { Executors } from "../runner/executor.ts";
import type { Limits } from "../runner/sandbox/limits.ts";
import type { NetworkAccess } from "../runner/sandbox/proxy.ts";
import { openSandbox, type Sandbox } from "../runner/sandbox/sandbox.ts";
import { openWorkspacesFolder } from "../runner/sandbox/workspaces-folder.ts";
import type { EventFeed } from "../store/event-feed.ts";
import type { SecretBox } from "../store/secret-box.ts";
import { openExecutors } from "./open-executors.ts";
import type { RunHouse } from "./run-context.ts";
import { RunKeeper } from "./run-keeper.ts";
import { RunWorkspace } from "./run-workspace.ts";

export interface OpenRuns {
  readonly house: RunHouse;
  readonly nodeId: Id;
  readonly feed: EventFeed;
  /** null: no model is configured. */
  readonly chat: ChatModel | null;
  readonly callEndpoint: CallEndpoint;
  readonly fetch: typeof globalThis.fetch;
  readonly secretBox: SecretBox;
  readonly connect: NetworkAccess["connect"];
  readonly config: {
    readonly dataFolder: string;
    readonly maxRuns: number;
    readonly sandbox: { readonly limits: Partial<Limits>; readonly readOnlyFolders: readonly string[] };
  };
  /** Replaces what this server would run agents by. */
  readonly executors?: Executors | undefined;
}

/** Everything by which this process runs agents. */
export interface Runs {
  readonly keeper: RunKeeper;
  readonly executors: Executors;
  readonly sandbox: Pick<Sandbox, "refusal" | "limitedBy">;
  /** Stops every run where it is and leaves it to another process. */
  close(): Promise<void>;
}

/** Opens the sandbox and the executors, and begins to keep runs. */
export async function openRuns(options: OpenRuns): Promise<Runs> {
  const { house, nodeId, feed, chat, callEndpoint, fetch, secretBox, connect, config } = options;
  const { dataFolder, maxRuns } = config;
  // As root, programs run as another user, who must be able to pass.
  await mkdir(dataFolder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const { limits, readOnlyFolders } = config.sandbox;
  const sandbox = await openSandbox({ folder: join(dataFolder, "sandbox"), readOnlyFolders });
  if (sandbox.refusal !== null) house.log.warn({ reason: sandbox.refusal }, "agents that need a sandbox cannot be run");
  const workspaces = await openWorkspacesFolder(sandbox, join(dataFolder, "workspaces"), (folder, error) =>
    house.log.warn({ err: error, folder }, "what an earlier process left could not be removed"),
  );
  const executors =
    options.executors ?? openExecutors({ chat, callEndpoint, fetch, secretBox, sandbox, connect, limits });
  const keeper = new RunKeeper({
    ...house,
    nodeId,
    executors,
    feed,
    maxRuns,
    workspaceOf: ({ id, fence }) => new RunWorkspace(house, sandbox, join(workspaces.path, `${id}-${fence}`)),
  });
  return {
    keeper,
    executors,
    sandbox,
    async close() {
      await keeper.close();
      await workspaces.close();
    },
  };
}
