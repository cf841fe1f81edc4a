import { GuildhallError } from "@guildhall/client";
import { useEffect, useState } from "react";
import { noticeSignedOut } from "../api/query-client.ts";
import { isSignedOut } from "../api/session.ts";
import { describeError } from "./describe-error.ts";

export interface ApiForm<Values> {
  readonly values: Values;
  /** Sets one field and forgets what was wrong with it. */
  set<Name extends keyof Values & string>(name: Name, value: Values[Name]): void;
  /** What the API said of a field: by its JSON pointer (`#/budget` and `#/budget/…` are `budget`). */
  errorOf(name: string): string | undefined;
  /** What the API said of no field in particular. */
  readonly problem: string | null;
  readonly isSending: boolean;
  /** Sends once, however often it is called meanwhile. What was typed is forgotten only when it has worked. */
  send(work: (values: Values) => Promise<void>): Promise<void>;
}

interface Faults {
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
    set(name, value) {
      setValues((before) => ({ ...before, [name]: value }));
      setFaults(({ fields, problem }) => ({
        problem,
        fields: new Map([...fields].filter(([field]) => field !== name)),
      }));
    },
    errorOf: (name) => faults.fields.get(name),
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
    const name = pointer?.split("/")[1];
    if (name !== undefined && name in values) fields.set(name, detail);
    else others.push(detail);
  }
  const isUnplaced = fields.size === 0 && others.length === 0;
  return { fields, problem: isUnplaced ? error.message : others.join(" ") || null };
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
