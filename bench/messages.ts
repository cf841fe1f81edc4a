import type { ConnectionSettings } from "../src/postgres/embedded-postgres.ts";

/** What the processes of a run say to each other. Everything is plain JSON. */

/** One poster and one worker; every connection has a pair of its own, so that no wallet is fought over. */
export interface Pair {
  readonly poster: Member;
  readonly worker: Member;
}

export interface Member {
  readonly id: string;
  readonly key: string;
}

/** Post, accept and complete tasks, one after the other on each connection, until the time is over. */
export interface LifecycleOrder {
  readonly kind: "lifecycle";
  readonly through: HttpDoor | SqlDoor;
  readonly pairs: readonly Pair[];
  readonly connections: number;
  readonly durationMs: number;
}

/** Post a fixed number of tasks. */
export interface PostsOrder {
  readonly kind: "posts";
  readonly through: HttpDoor;
  readonly pairs: readonly Pair[];
  readonly connections: number;
  readonly count: number;
}

/** A customer and its engineer: delegate, ask, answer, propose, confirm, fetch, over and over. */
export interface DelegateOrder {
  readonly kind: "delegate";
  readonly url: string;
  readonly pairs: readonly DelegatePair[];
  readonly durationMs: number;
}

export interface DelegatePair {
  readonly customerKey: string;
  readonly engineerKey: string;
}

/** GET these addresses in turn, over and over. */
export interface GetOrder {
  readonly kind: "get";
  readonly url: string;
  readonly paths: readonly string[];
  readonly key: string | undefined;
  /** Sent as a Bearer key instead. */
  readonly bearerKey?: string;
  readonly connections: number;
  readonly durationMs: number;
}

/** Agents propose through the Nexwork door. */
export interface ProposeOrder {
  readonly kind: "propose";
  readonly url: string;
  readonly agentKeys: readonly string[];
  /** What each agent proposes on, in this order. */
  readonly tasksOf: readonly (readonly string[])[];
  /** Whether all agents go from one task to the next together. */
  readonly inStep: boolean;
}

/** GET one address over one connection, so many times. */
export interface AskOrder {
  readonly kind: "ask";
  readonly url: string;
  readonly path: string;
  readonly bearerKey: string;
  readonly count: number;
}

/** Projects, side by side, from their posting to the acceptance of the last subtask, by the manager, these agents and the buyer. */
export interface TeamOrder {
  readonly kind: "team";
  readonly url: string;
  readonly buyerKey: string;
  /** Each takes every subtask it is asked to. */
  readonly agents: readonly Member[];
  readonly projects: number;
  /** Of each project. */
  readonly subtasks: number;
  /** Subtasks in a layer; each waits for two of the layer before. */
  readonly width: number;
}

/** Our server. */
export interface HttpDoor {
  readonly door: "http";
  readonly url: string;
}

/** The hand-written transactions. */
export interface SqlDoor {
  readonly door: "sql";
  readonly database: ConnectionSettings;
  /** `task`: a timer job for each deadline. `none`: no jobs, as where a sweep alone watches deadlines. */
  readonly timers: "task" | "none";
}

export type Order = LifecycleOrder | PostsOrder | DelegateOrder | GetOrder | ProposeOrder | AskOrder | TeamOrder;

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What a load process measured in one round. */
export interface Measured {
  readonly perSecond: number;
  /** By command, or under `get`. */
  readonly latency: Readonly<Record<string, Latency>>;
}

export interface Proposed extends Measured {
  /** For each task, how many proposals were taken. */
  readonly accepted: readonly number[];
  /** How many were answered with 409. */
  readonly refused: number;
}

export interface TeamMeasured extends Measured {
  readonly seconds: number;
}

/** A process's answer to an order, or its first word. */
export type Answer<Result> = { readonly result: Result } | { readonly failure: string };
