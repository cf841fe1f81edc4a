import type { Engine } from "../engine/engine.ts";
import type { Decision, ManagerAction } from "../manager/actions.ts";
import { decide, wishDetails } from "../manager/decide.ts";
import { restManager } from "../market/rest-manager.ts";
import { Refusal, type RefusalCode } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import { addMinutes, type Instant } from "../model/instant.ts";
import type { ProjectSnapshot } from "../model/project-snapshot.ts";
import {
  type DueProject,
  findDueProjects,
  readSaidCauses,
  rememberFailure,
  rememberSeen,
} from "../store/manager-memory.ts";
import { readProjectDetails } from "../store/project-details.ts";
import { readProjectSnapshot } from "../store/project-snapshots.ts";
import { askAdvice } from "./ask-advice.ts";
import { sendAction } from "./manager-commands.ts";
import type { ManagerJob, ManagerJobContext } from "./manager-context.ts";
import { outages } from "./outages.ts";

const pageSize = 100;
/** Projects looked at side by side. */
const lanes = 4;
/** A project that keeps the manager busy lets the others have a turn, and the job end, after so many looks. */
const maxLooks = 100;
/** The manager writes down how far it has read only now and then: what it says has a cause, so it says nothing twice. */
const unwrittenEvents = 64;
/** Of more, the others are decided anew at the next look. */
const maxActions = 250;
/** When everything that was decided was refused, and nothing has happened since. */
const stuckMinutes = 5;
const longestPauseMinutes = 60;

const looksAgain = { rests: false };

/** Projects that this process is looking at: one look at a time, however many jobs say that there is something to see. */
const underWay = new WeakMap<Engine, Set<Id>>();

/**
 * Does for every project that waits for it what its manager decides, until there is nothing left to do. All of it is
 * decided by states and sent as commands that decide again under lock: it may run twice, on two nodes at once, or die
 * between any two commands. A project that makes it fail is put off, and stands in nobody's way.
 */
export const manageProjects: ManagerJob = async (context) => {
  const busy = underWay.get(context.engine) ?? new Set<Id>();
  underWay.set(context.engine, busy);
  const doneWith = new Set<Id>();
  let handled = 0;
  for (;;) {
    const due = await findDueProjects(context.reads, context.clock(), pageSize, [...busy, ...doneWith]);
    if (due.length === 0) return handled;
    const queue = due.values();
    const ends = await Promise.allSettled(
      Array.from({ length: lanes }, async () => {
        for (const project of queue) {
          if (busy.has(project.projectId)) continue;
          busy.add(project.projectId);
          try {
            if (!(await manageOrPutOff(context, project))) doneWith.add(project.projectId);
            handled++;
          } finally {
            busy.delete(project.projectId);
          }
        }
      }),
    );
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
};

/** Whether the project came to rest, so that it is worth looking for again when it is due again. */
async function manageOrPutOff(context: ManagerJobContext, project: DueProject): Promise<boolean> {
  try {
    return await manage(context, project);
  } catch (error) {
    if (error instanceof Refusal && outages.has(error.code)) throw error;
    await putOff(context, project, error);
    return false;
  }
}

async function putOff(
  { engine, reads, clock, log }: ManagerJobContext,
  { projectId, eventCount }: DueProject,
  error: unknown,
): Promise<void> {
  const failures = await rememberFailure(reads, projectId);
  const pauseMinutes = Math.min(longestPauseMinutes, 2 ** (failures - 1));
  log.error({ err: error, projectId, failures, pauseMinutes }, "a project could not be managed and is put off");
  const wakeAt = addMinutes(clock(), pauseMinutes);
  await engine.execute(restManager, { projectId, eventCount, wakeAt });
}

async function manage(context: ManagerJobContext, { projectId, failures }: DueProject): Promise<boolean> {
  const { engine, reads, clock, manager } = context;
  let seenEvents = 0;
  let written: number | undefined;
  for (let look = 0; look < maxLooks; look++) {
    const now = clock();
    const snapshot = await readProjectSnapshot(reads, {
      projectId,
      now,
      nudgeMinutes: manager.settings.nudgeMinutes,
      seenEvents,
    });
    if (snapshot === undefined) throw new Error("The project is not there.");
    written ??= snapshot.seenBefore;
    const { actions, wakeAt } = await consider(context, snapshot, now);
    const done = await carryOut(context, snapshot, actions.slice(0, maxActions));
    seenEvents = snapshot.seenEvents;
    const { eventCount } = snapshot.project;
    const isQuiet = done === 0 && seenEvents >= eventCount;
    const until = actions.length === 0 ? wakeAt : retryAt(now, wakeAt);
    const { rests } = isQuiet
      ? await engine.execute(restManager, { projectId, eventCount, wakeAt: until })
      : looksAgain;
    if (seenEvents - written >= unwrittenEvents || (rests && failures > 0)) {
      await rememberSeen(reads, projectId, seenEvents);
      written = seenEvents;
    }
    if (rests) return true;
  }
  // Something has always happened since: a job for the next turn is left, and this one ends.
  await engine.execute(restManager, { projectId, eventCount: 0, wakeAt: null });
  return false;
}

function retryAt(now: Instant, wakeAt: Instant | null): Instant {
  const again = addMinutes(now, stuckMinutes);
  return wakeAt !== null && wakeAt < again ? wakeAt : again;
}

async function consider(context: ManagerJobContext, snapshot: ProjectSnapshot, now: Instant): Promise<Decision> {
  const { reads, manager } = context;
  const { id } = snapshot.project;
  const details = await readProjectDetails(reads, id, wishDetails(snapshot, now));
  const advice = await askAdvice(context, snapshot, details);
  const { actions, wakeAt } = decide(snapshot, details, advice, manager.settings, now);
  const causes = actions.flatMap((action) => (action.kind === "say" ? [action.cause] : []));
  const said = await readSaidCauses(reads, id, causes);
  return { actions: actions.filter((action) => action.kind !== "say" || !said.has(action.cause)), wakeAt };
}

/** Sends all at once, so that they share the engine's batches; returns how many were done. */
async function carryOut(
  { engine, manager: { settings }, log }: ManagerJobContext,
  { project }: ProjectSnapshot,
  actions: readonly ManagerAction[],
): Promise<number> {
  const ends = await Promise.allSettled(actions.map((action) => sendAction({ engine, settings, project }, action)));
  const refused = new Set<RefusalCode>();
  for (const end of ends) {
    if (end.status === "fulfilled") continue;
    const isRefusal = end.reason instanceof Refusal && end.reason.code !== "internal";
    if (!isRefusal || outages.has(end.reason.code)) throw end.reason;
    // Another manager, a member or the buyer was first; what there is to do now the next look says.
    refused.add(end.reason.code);
  }
  if (refused.size > 0) log.debug({ projectId: project.id, refused: [...refused] }, "the manager was overtaken");
  return ends.filter(({ status }) => status === "fulfilled").length;
}
