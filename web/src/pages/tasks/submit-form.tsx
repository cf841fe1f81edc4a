import { dataOf } from "@guildhall/client";
import { Button, FileButton, TextInput, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { uploadFile } from "../../api/upload.ts";
import { describeError } from "../../components/describe-error.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { Icon } from "../../components/icon.tsx";
import { MarkdownInput } from "../../components/markdown-input.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import classes from "./forms.module.css";
import { sizeText } from "./size-text.ts";
import own from "./submit-form.module.css";
import { useTaskChanged } from "./use-task-action.ts";

interface Uploaded {
  readonly id: string;
  readonly name: string;
  readonly size_bytes: number;
}

/** Text in Markdown with a preview, files and links. */
export function SubmitForm({ taskId, assignmentId }: { readonly taskId: string; readonly assignmentId: string }) {
  const changed = useTaskChanged(taskId);
  const form = useApiForm({ text: "", links: "" }, `submit:${assignmentId}`);
  const [files, setFiles] = useState<readonly Uploaded[]>([]);
  const send = (): Promise<void> =>
    form.send(async ({ text, links }) => {
      const body = {
        text,
        file_ids: files.map(({ id }) => id),
        links: links.split(/\s+/).filter((link) => link !== ""),
      };
      await dataOf(api.POST("/v1/assignments/{id}/submit", { params: { path: { id: assignmentId } }, body }));
      await changed();
    });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <MarkdownInput
        label="Result"
        description="Markdown"
        value={form.values.text}
        error={form.errorOf("text")}
        onChange={(text) => form.set("text", text)}
      />
      <Files files={files} onChange={setFiles} />
      <TextInput
        label="Links (optional)"
        description="https://…, parted by spaces"
        value={form.values.links}
        error={form.errorOf("links")}
        onChange={(event) => form.set("links", event.currentTarget.value)}
      />
      <FormProblem problem={form.problem} />
      <div className={classes.actions}>
        <Button type="submit" loading={form.isSending}>
          Hand in
        </Button>
      </div>
    </form>
  );
}

interface FilesProps {
  readonly files: readonly Uploaded[];
  readonly onChange: (files: readonly Uploaded[]) => void;
}

function Files({ files, onChange }: FilesProps) {
  const [isUploading, setIsUploading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const upload = async (chosen: readonly File[]): Promise<void> => {
    setIsUploading(true);
    setProblem(null);
    const all = [...files];
    try {
      for (const file of chosen) all.push(await uploadFile(file));
    } catch (error) {
      setProblem(describeError(error).detail);
    } finally {
      onChange(all);
      setIsUploading(false);
    }
  };
  return (
    <div className={own.files}>
      <FileButton multiple onChange={(chosen) => void upload(chosen)}>
        {(props) => (
          <Button {...props} variant="default" loading={isUploading} leftSection={<Icon name="file" size={16} />}>
            Add files
          </Button>
        )}
      </FileButton>
      <FormProblem problem={problem} />
      {files.length === 0 ? null : (
        <ul>
          {files.map(({ id, name, size_bytes: bytes }) => (
            <li key={id}>
              <span dir="auto">{name}</span> <span className={classes.hint}>{sizeText(bytes)}</span>
              <UnstyledButton
                className={own.remove}
                aria-label={`Remove ${name}`}
                onClick={() => onChange(files.filter((file) => file.id !== id))}
              >
                <Icon name="close" size={14} />
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
