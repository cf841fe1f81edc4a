import { type GivenAdvice, noAdvice, type PlanFrame, type ReviewAdvice } from "../manager/advice.ts";
import { planningMoney } from "../manager/plan.ts";
import { Refusal } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { ManagedProject, ProjectDetails, ProjectSnapshot } from "../model/project-snapshot.ts";
import { readReviewedTexts } from "../store/project-details.ts";
import type { ManagerJobContext } from "./manager-context.ts";
import { outages } from "./outages.ts";

/** Deliveries that the model is asked about side by side. */
const lanes = 4;

/** Asks the model, where there is one, about a plan to be made and deliveries to be reviewed. Its faults cost advice only. */
export async function askAdvice(
  { manager: { advice }, reads, log }: ManagerJobContext,
  { project, deliveries }: ProjectSnapshot,
  { brief }: ProjectDetails,
): Promise<GivenAdvice> {
  if (advice === null || (brief === null && deliveries.length === 0)) return noAdvice;
  const orNull = async <Advised>(asked: Promise<Advised | null>): Promise<Advised | null> => {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof Refusal && outages.has(error.code)) throw error;
      log.warn({ err: error, projectId: project.id }, "no advice for the manager: it goes by its rules");
      return null;
    }
  };
  const plan = brief === null ? null : await orNull(advice.plan(brief, frameOf(project)));
  const texts = await readReviewedTexts(
    reads,
    deliveries.map(({ submissionId }) => submissionId),
  );
  const reviews = new Map<Id, ReviewAdvice>();
  const queue = deliveries.values();
  const ends = await Promise.allSettled(
    Array.from({ length: lanes }, async () => {
      for (const { submissionId, title, evaluation } of queue) {
        const work = texts.get(submissionId);
        if (work === undefined) continue;
        const advised = await orNull(advice.review({ title, evaluation, ...work }));
        if (advised !== null) reviews.set(submissionId, advised);
      }
    }),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return { plan, reviews };
}

function frameOf({ category, requiredCapabilities, timeLimitMinutes, uncarved }: ManagedProject): PlanFrame {
  return { category, requiredCapabilities, timeLimitMinutes, money: planningMoney(uncarved) };
}
