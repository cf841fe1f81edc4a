import { GuildhallError } from "@guildhall/client";
import { useEffect, useState } from "react";
import { noticeSignedOut } from "../api/query-client.ts";
import { isSignedOut } from "../api/session.ts";
import { describeError } from "./describe-error.ts";

export interface ApiForm<Values> {
  readonly values: Values;
  /** Sets one field and forgets what was wrong with it; with `at` only what was wrong there (`plan/0/title`). */
  set<Name extends keyof Values & string>(name: Name, value: Values[Name], at?: string): void;
  /** What the API said of a field, or of a place in it: by its JSON pointer (`#/budget` and `#/budget/…` are `budget`). */
  errorOf(at: string): string | undefined;
  /** What the API said of no field in particular. */
  readonly problem: string | null;
  readonly isSending: boolean;
  /** Sends once, however often it is called meanwhile. What was typed is forgotten only when it has worked. */
  send(work: (values: Values) => Promise<void>): Promise<void>;
}

interface Faults {
  /** By the pointer without its `#/`. */
  readonly fields: ReadonlyMap<string, string>;
  readonly problem: string | null;
}

const none: Faults = { fields: new Map(), problem: null };

/** A form whose faults are told by the API. With a `draftKey` what was typed outlives the page, an expired session included. */
export function useApiForm<Values extends object>(initial: Values, draftKey?: string): ApiForm<Values> {
  const [values, setValues] = useState<Values>(() => ({ ...initial, ...readDraft(draftKey) }));
  const [faults, setFaults] = useState<Faults>(none);
  const [isSending, setIsSending] = useState(false);
  useEffect(() => {
    if (draftKey !== undefined) sessionStorage.setItem(draftKey, JSON.stringify(values));
  }, [draftKey, values]);
  return {
    values,
    set(name, value, at = name) {
      setValues((before) => ({ ...before, [name]: value }));
      setFaults(({ fields, problem }) => ({
        problem,
        fields: new Map([...fields].filter(([place]) => !isWithin(place, at))),
      }));
    },
    errorOf: (at) => errorAt(faults.fields, at),
    problem: faults.problem,
    isSending,
    async send(work) {
      if (isSending) return;
      setIsSending(true);
      setFaults(none);
      try {
        await work(values);
        if (draftKey !== undefined) sessionStorage.removeItem(draftKey);
      } catch (error) {
        noticeSignedOut(error);
        setFaults(faultsOf(error, values));
      } finally {
        setIsSending(false);
      }
    },
  };
}

function faultsOf(error: unknown, values: object): Faults {
  if (isSignedOut(error)) return { ...none, problem: "Your session has ended. Sign in again; what you typed is kept." };
  if (!(error instanceof GuildhallError)) return { ...none, problem: describeError(error).detail };
  const fields = new Map<string, string>();
  const others: string[] = [];
  for (const { pointer, detail = error.message } of error.problem.errors ?? []) {
    const [, name, ...within] = pointer?.split("/") ?? [];
    if (name !== undefined && name in values) fields.set([name, ...within].join("/"), detail);
    else others.push(detail);
  }
  const isUnplaced = fields.size === 0 && others.length === 0;
  return { fields, problem: isUnplaced ? error.message : others.join(" ") || null };
}

const isWithin = (place: string, at: string): boolean => place === at || place.startsWith(`${at}/`);

/** The sentence calls a field within another by its path; beside the field itself its own name is enough. */
function errorAt(fields: Faults["fields"], at: string): string | undefined {
  const itself = fields.get(at);
  if (itself !== undefined) return itself.replace(`"${at.replaceAll("/", ".")}"`, `"${at.split("/").at(-1)}"`);
  return [...fields].find(([place]) => isWithin(place, at))?.[1];
}

function readDraft(key: string | undefined): object {
  if (key === undefined) return {};
  try {
    const draft: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof draft === "object" && draft !== null ? draft : {};
  } catch {
    return {};
  }
}
