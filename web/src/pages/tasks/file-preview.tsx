import { Button, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { watchedFetch } from "../../api/connection.ts";
import { errorOf } from "../../api/error-of.ts";
import type { JudgedSubmission } from "../../api/task.ts";
import { Icon } from "../../components/icon.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { readCsv } from "./csv.ts";
import classes from "./file-preview.module.css";
import { previewKindOf } from "./preview-kind.ts";
import { sizeText } from "./size-text.ts";

type SubmittedFile = JudgedSubmission["submission"]["files"][number];

/** A file by its name and size, to download; texts, tables and pictures to look at. Nothing of it is ever run. */
export function FilePreview({ file }: { readonly file: SubmittedFile }) {
  const [isShown, setIsShown] = useState(false);
  const kind = previewKindOf(file);
  return (
    <div className={classes.file}>
      <div className={classes.head}>
        <Icon name="file" size={16} />
        <span className={classes.name} dir="auto">
          {file.name}
        </span>
        <span className={classes.size}>{sizeText(file.size_bytes)}</span>
        {kind === null ? null : (
          <UnstyledButton className={classes.toggle} aria-expanded={isShown} onClick={() => setIsShown(!isShown)}>
            {isShown ? "Hide" : "Show"}
          </UnstyledButton>
        )}
        <Button component="a" href={localAddress(file)} download size="compact-sm" variant="default">
          Download
        </Button>
      </div>
      {isShown && kind !== null ? <Content file={file} kind={kind} /> : null}
    </div>
  );
}

/** The link says by which name the server knows itself; this page may have come by another. */
function localAddress({ download_url: url }: SubmittedFile): string {
  const { pathname, search } = new URL(url, window.location.origin);
  return `${pathname}${search}`;
}

function Content({
  file,
  kind,
}: {
  readonly file: SubmittedFile;
  readonly kind: NonNullable<ReturnType<typeof previewKindOf>>;
}) {
  const query = useQuery({
    queryKey: ["file", file.id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const response = await watchedFetch(localAddress(file));
      if (!response.ok) throw await errorOf(response);
      return response.blob();
    },
  });
  return (
    <Loaded query={query} skeleton={<RowsSkeleton rows={3} rowHeightPx={32} />}>
      {(blob) => (kind === "image" ? <Picture blob={blob} file={file} /> : <Text blob={blob} kind={kind} />)}
    </Loaded>
  );
}

function Picture({ blob, file }: { readonly blob: Blob; readonly file: SubmittedFile }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const address = URL.createObjectURL(blob);
    setUrl(address);
    return () => URL.revokeObjectURL(address);
  }, [blob]);
  return url === undefined ? null : <img className={classes.picture} src={url} alt={`What ${file.name} shows`} />;
}

function Text({ blob, kind }: { readonly blob: Blob; readonly kind: "markdown" | "csv" | "text" }) {
  const { data: text = "" } = useQuery({
    queryKey: ["blob-text", blob.size, blob],
    queryFn: () => blob.text(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (kind === "markdown") return <Markdown text={text} />;
  if (kind === "csv") return <Table text={text} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className={classes.text} tabIndex={0}>
      {text}
    </pre>
  );
}

/** As much as a browser draws without standing still; all of it is in the file. */
const mostRows = 200;
const mostColumns = 50;

function Table({ text }: { readonly text: string }) {
  const all = useMemo(() => readCsv(text, mostRows + 2), [text]);
  const isCut = all.length > mostRows + 1 || all.some((row) => row.length > mostColumns);
  const [head = [], ...rows] = all.slice(0, mostRows + 1).map((row) => row.slice(0, mostColumns));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className={classes.table} tabIndex={0}>
      <table>
        {isCut ? (
          <caption>
            The first {mostRows} rows and {mostColumns} columns. Download the file for all of it.
          </caption>
        ) : null}
        <thead>
          <tr>
            {head.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
              <th key={index} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, rowIndex) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows stay where they are
            <tr key={rowIndex}>
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
