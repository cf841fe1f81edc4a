import { dataOf } from "@guildhall/client";
import { Button, Checkbox, Radio, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client.ts";
import type { TaskDetails } from "../../api/task.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { useApiForm } from "../../components/use-api-form.ts";
import { When } from "../../components/when.tsx";
import classes from "./forms.module.css";
import { Panel } from "./panel.tsx";
import { useTaskChanged } from "./use-task-action.ts";

type Question = NonNullable<TaskDetails["open_question"]>;
type Item = NonNullable<Question["questions"]>[number];

export interface QuestionPanelProps {
  readonly taskId: string;
  readonly question: Question;
  readonly mayAnswer: boolean;
}

/** What the worker wants to know: a message to answer in words, or questions of three kinds. */
export function QuestionPanel({ taskId, question, mayAnswer }: QuestionPanelProps) {
  return (
    <Panel
      title={mayAnswer ? "A question for you" : "A question to the poster"}
      tone="attention"
      aside={
        <>
          <PartyName id={question.asker_id} />, <When at={question.asked_at} />
        </>
      }
    >
      {question.content === null ? null : <Markdown text={question.content} />}
      {mayAnswer ? <AnswerForm taskId={taskId} question={question} /> : <Asked items={question.questions ?? []} />}
      <p className={classes.hint}>The worker's clock stands still until there is an answer.</p>
    </Panel>
  );
}

function Asked({ items }: { readonly items: readonly Item[] }) {
  return (
    <ol>
      {items.map(({ question, options }) => (
        <li key={question} dir="auto">
          {question} {options === null ? null : <span className={classes.hint}>({options.join(" / ")})</span>}
        </li>
      ))}
    </ol>
  );
}

/** One answer for each question: the chosen options, and words of one's own. */
interface Answer {
  readonly chosen: readonly string[];
  readonly words: string;
}

const noAnswer: Answer = { chosen: [], words: "" };

function AnswerForm({ taskId, question }: { readonly taskId: string; readonly question: Question }) {
  const changed = useTaskChanged(taskId);
  const items = question.questions ?? [];
  const form = useApiForm({ content: "" }, `answer:${question.id}`);
  const [answers, setAnswers] = useState<readonly Answer[]>(items.map(() => noAnswer));
  const send = (): Promise<void> =>
    form.send(async ({ content }) => {
      const body =
        items.length === 0
          ? { content }
          : { answers: items.map((item, index) => selectedOf(item, index, answers[index])) };
      await dataOf(api.POST("/v1/tasks/{id}/answer", { params: { path: { id: taskId } }, body }));
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
      {items.length === 0 ? (
        <Textarea
          label="Your answer"
          required
          autosize
          minRows={2}
          value={form.values.content}
          error={form.errorOf("content")}
          onChange={(event) => form.set("content", event.currentTarget.value)}
        />
      ) : (
        items.map((item, index) => (
          <AnswerField
            // biome-ignore lint/suspicious/noArrayIndexKey: the questions of one set stay as they were asked
            key={index}
            item={item}
            answer={answers[index] ?? noAnswer}
            onChange={(answer) => setAnswers(answers.map((each, at) => (at === index ? answer : each)))}
          />
        ))
      )}
      <FormProblem problem={form.problem} />
      <div className={classes.actions}>
        <Button type="submit" loading={form.isSending}>
          Answer
        </Button>
      </div>
    </form>
  );
}

/** Words of one's own are "Other": they go beside, or instead of, what was chosen. */
function selectedOf(item: Item, index: number, { chosen, words } = noAnswer) {
  const own = words.trim();
  const all = own === "" ? chosen : [...chosen, own];
  return { question_index: index, selected: item.type === "multi_select" ? [...all] : (all.at(-1) ?? "") };
}

interface AnswerFieldProps {
  readonly item: Item;
  readonly answer: Answer;
  readonly onChange: (answer: Answer) => void;
}

function AnswerField({ item, answer, onChange }: AnswerFieldProps) {
  const options = item.options ?? [];
  const words = (label: string) => (
    <TextInput
      label={label}
      mt="xs"
      value={answer.words}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        // Of one choice there is one answer.
        const chosen = item.type === "single_select" && typed.trim() !== "" ? [] : answer.chosen;
        onChange({ chosen, words: typed });
      }}
    />
  );
  if (item.type === "text") return words(item.question);
  if (item.type === "single_select") {
    return (
      <Radio.Group
        label={<span dir="auto">{item.question}</span>}
        value={answer.chosen[0] ?? null}
        onChange={(option) => onChange({ chosen: [option], words: "" })}
      >
        {options.map((option) => (
          <Radio key={option} value={option} label={<span dir="auto">{option}</span>} mt="xs" />
        ))}
        {words("Other")}
      </Radio.Group>
    );
  }
  return (
    <Checkbox.Group
      label={<span dir="auto">{item.question}</span>}
      value={[...answer.chosen]}
      onChange={(chosen) => onChange({ ...answer, chosen })}
    >
      {options.map((option) => (
        <Checkbox key={option} value={option} label={<span dir="auto">{option}</span>} mt="xs" />
      ))}
      {words("Other")}
    </Checkbox.Group>
  );
}
