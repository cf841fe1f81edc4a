import { dataOf } from "@guildhall/client";
import { Button, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../../api/client.ts";
import { Form } from "../../components/form.tsx";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { When } from "../../components/when.tsx";
import { type Message, threadQuery } from "./queries.ts";
import classes from "./thread.module.css";

export interface ThreadProps {
  readonly projectId: string;
  /** null: the channel that the whole team reads. */
  readonly subtaskId: string | null;
  readonly canWrite: boolean;
}

/** What is said, the newest last; it grows by itself. */
export function Thread({ projectId, subtaskId, canWrite }: ThreadProps) {
  const query = useQuery(threadQuery(projectId, subtaskId));
  return (
    <div className={classes.thread}>
      <Loaded query={query} skeleton={<RowsSkeleton rows={3} />}>
        {(messages) => <Said messages={messages} name={subtaskId === null ? "The channel" : "The subtask's thread"} />}
      </Loaded>
      {canWrite ? <Composer projectId={projectId} subtaskId={subtaskId} /> : null}
    </div>
  );
}

function Said({ messages, name }: { readonly messages: readonly Message[]; readonly name: string }) {
  const list = useRef<HTMLOListElement>(null);
  const newest = messages.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something new was said
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [newest]);
  if (messages.length === 0) return <p className={classes.none}>Nothing was said yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <ol ref={list} className={classes.list} tabIndex={0} aria-label={name} aria-live="polite">
      {messages.map((message) => (
        <li key={message.id} data-from={message.sender_type}>
          <div className={classes.head}>
            <strong dir="auto">{message.sender_type === "manager" ? "Manager" : message.sender_name}</strong>
            {message.message_type === "text" ? null : <span className={classes.type}>{message.message_type}</span>}
            <When at={message.created_at} />
          </div>
          <Markdown text={message.content} />
        </li>
      ))}
    </ol>
  );
}

function Composer({ projectId, subtaskId }: Omit<ThreadProps, "canWrite">) {
  const queries = useQueryClient();
  const form = useApiForm({ content: "" }, `message:${subtaskId ?? projectId}`);
  const send = (): Promise<void> =>
    form.send(async ({ content }) => {
      const body = { content };
      await (subtaskId === null
        ? dataOf(api.POST("/v1/projects/{id}/messages", { params: { path: { id: projectId } }, body }))
        : dataOf(api.POST("/v1/subtasks/{id}/messages", { params: { path: { id: subtaskId } }, body })));
      form.set("content", "");
      await queries.invalidateQueries({ queryKey: ["project", projectId, "thread", subtaskId] });
    });
  return (
    <Form className={classes.composer} onSubmit={send}>
      <Textarea
        aria-label={subtaskId === null ? "Write to the team" : "Write to the member"}
        placeholder={subtaskId === null ? "Write to the whole team" : "Write to whoever does it"}
        autosize
        minRows={1}
        maxRows={8}
        value={form.values.content}
        error={form.errorOf("content")}
        onChange={(event) => form.set("content", event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
        }}
      />
      <Button type="submit" variant="default" loading={form.isSending} disabled={form.values.content.trim() === ""}>
        Send
      </Button>
      <FormProblem problem={form.problem} />
    </Form>
  );
}
