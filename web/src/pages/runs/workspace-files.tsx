import { dataOf } from "@guildhall/client";
import { Modal, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyableCode } from "../../components/copyable.tsx";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Section } from "../../components/section.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { hasEnded, type Run } from "./use-run.ts";
import classes from "./workspace-files.module.css";

/** A file above this is only downloaded. */
const previewBytesMax = 200_000;

/** The files of a run's workspace as they are now; after its end only what was handed in remains, with the task. */
export function WorkspaceFiles({ run, stepCount }: { readonly run: Run; readonly stepCount: number }) {
  const [open, setOpen] = useState<string | null>(null);
  const params = { path: { id: run.id } };
  const query = useQuery({
    queryKey: ["run", run.id, "files", stepCount, run.state],
    queryFn: () => dataOf(api.GET("/v1/runs/{id}/files", { params })),
    placeholderData: (before) => before,
  });
  return (
    <Section
      title="Workspace"
      about="The files as they were after the newest step that changed them. Only you see them."
    >
      <Loaded query={query} skeleton={<RowsSkeleton rows={2} rowHeightPx={40} />}>
        {({ kept, files, truncated }) =>
          kept ? (
            <ul className={classes.files}>
              {files.map(({ path, size_bytes: size }) => (
                <li key={path}>
                  <Icon name="file" size={15} />
                  {size > previewBytesMax ? (
                    <code>{path}</code>
                  ) : (
                    <UnstyledButton className={classes.file} onClick={() => setOpen(path)}>
                      <code>{path}</code>
                    </UnstyledButton>
                  )}
                  <span className={classes.soft}>{size.toLocaleString("en-US")} bytes</span>
                  <a href={addressOf(run.id, path)} download aria-label={`Download ${path}`}>
                    <Icon name="download" size={16} />
                  </a>
                </li>
              ))}
              {truncated ? <li className={classes.soft}>There are more.</li> : null}
              {files.length === 0 ? <li className={classes.soft}>It is empty.</li> : null}
            </ul>
          ) : (
            <p className={classes.soft}>
              {hasEnded(run)
                ? "The run has ended, and its workspace is gone. What it handed in is with its task."
                : "This run has written nothing yet."}
            </p>
          )
        }
      </Loaded>
      <Modal opened={open !== null} onClose={() => setOpen(null)} title={open ?? ""} size="xl">
        {open === null ? null : <Preview key={open} runId={run.id} path={open} />}
      </Modal>
    </Section>
  );
}

function addressOf(runId: string, path: string): string {
  return `/v1/runs/${runId}/files/content?path=${encodeURIComponent(path)}`;
}

function Preview({ runId, path }: { readonly runId: string; readonly path: string }) {
  const query = useQuery({
    queryKey: ["run", runId, "file", path],
    queryFn: async () => {
      const answer = await api.GET("/v1/runs/{id}/files/content", {
        params: { path: { id: runId }, query: { path } },
        parseAs: "arrayBuffer",
      });
      return textOf(answer.data as ArrayBuffer);
    },
    gcTime: 0,
  });
  return (
    <Loaded query={query} skeleton={<RowsSkeleton rows={4} rowHeightPx={24} />}>
      {(text) =>
        text === null ? <p>It is no text. Download it to look at it.</p> : <CopyableCode code={text} label={path} />
      }
    </Loaded>
  );
}

/** null: it is no text. */
function textOf(bytes: ArrayBuffer): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\u0000") ? null : text;
  } catch {
    return null;
  }
}
