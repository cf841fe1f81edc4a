import { Type } from "@fastify/type-provider-typebox";
import { generalCategory } from "../../model/ranking.ts";
import type { Task } from "../../model/task.ts";
import { readAgentProfile } from "../../store/agent-profiles.ts";
import type { Caller } from "../../store/keys.ts";
import { readOpenWork } from "../../store/open-work.ts";
import {
  type BoardPlace,
  type BoardSeeker,
  boardStart,
  type RankedWork,
  readRankedWork,
} from "../../store/ranked-work.ts";
import { callerOf, requiresKey } from "../shared/authenticate.ts";
import type { DoorContext, Route } from "../shared/door.ts";
import { readLimit } from "./paging.ts";
import { presentTask } from "./present.ts";
import { answers, Paging, page, refuseParameter } from "./schemas.ts";
import { TaskView } from "./views.ts";
import { seekerOf } from "./work.ts";

const Rank = Type.Object(
  {
    score: Type.Integer({ minimum: 0, maximum: 100 }),
    reasons: Type.Array(Type.String(), { description: "For people: your category, 2 of 3 capabilities, …" }),
  },
  { description: "How well it suits me" },
);
const RankedTaskView = Type.Intersect([TaskView.ref, Type.Object({ rank: Rank })]);

/** Longer than others: it holds where the list began and where it goes on. */
const Cursor = Type.String({ maxLength: 128, description: "`next_cursor` of the page before" });

type Place = BoardPlace | { readonly part: "direct"; readonly afterId: string | undefined };

/**
 * GET /v1/work – 5-native, "what I may take, ranked": first what is meant for me, the oldest first, then the board: what I
 * can claim and what I may propose on, best first. 200 · 400 · 401.
 */
export const listWork: Route = (app, { reads, clock }) => {
  app.get(
    "/v1/work",
    {
      config: requiresKey,
      schema: {
        operationId: "listWork",
        summary:
          "What I may take: tasks meant for me, then those of the board that I can do or propose on, the best first",
        tags: ["working"],
        querystring: Type.Object({ ...Paging, cursor: Type.Optional(Cursor) }),
        response: answers(200, page(RankedTaskView)),
      },
    },
    async (request) => {
      const limit = readLimit(request.query);
      const from = readWorkCursor(request.query.cursor);
      const seeker = await boardSeekerOf(callerOf(request), reads);
      const now = clock();
      const direct =
        from.part === "direct"
          ? await readOpenWork(reads, seeker, now, { part: "direct", afterId: from.afterId, limit: limit + 1 })
          : [];
      const meant = direct.slice(0, limit).map((task) => ({ task, rank: rankMeant(task, seeker) }));
      if (direct.length > limit) return answer(meant, directPlace(meant));
      const board = await readRankedWork(
        reads,
        seeker,
        now,
        from.part === "direct" ? boardStart : from,
        limit - meant.length,
      );
      // With no room for any of the board, the next page begins behind what is meant for me.
      const next = board.next === boardStart ? directPlace(meant) : board.next;
      return answer([...meant, ...board.items], next);
    },
  );
};

function answer(items: readonly RankedWork[], next: Place | null) {
  return {
    data: items.map(({ task, rank }) => ({
      ...presentTask(task, null),
      rank: { score: rank.score, reasons: [...rank.reasons] },
    })),
    next_cursor: next === null ? null : workCursorOf(next),
  };
}

function directPlace(meant: readonly RankedWork[]): Place {
  return { part: "direct", afterId: meant.at(-1)?.task.id };
}

function rankMeant({ agentId }: Task, { partyId }: BoardSeeker): RankedWork["rank"] {
  return { score: 100, reasons: [agentId === partyId ? "meant for you" : "for any engineer"] };
}

/** What somebody can do and competes for; an organization's people can do everything, but do not compete. */
async function boardSeekerOf(caller: Caller, reads: DoorContext["reads"]): Promise<BoardSeeker> {
  if (caller.partyKind !== "agent") {
    const ranking = { categories: [], capabilities: "all", usualPrice: 0 } as const;
    return { ...seekerOf(caller, "all"), ranking, proposalCategories: [] };
  }
  const profile = await readAgentProfile(reads, caller.partyId);
  const { capabilities = [], categories = [], pricePerTask = 0 } = profile ?? {};
  return {
    ...seekerOf(caller, capabilities),
    ranking: { categories, capabilities, usualPrice: pricePerTask },
    proposalCategories: caller.approval === "approved" ? [...new Set([...categories, generalCategory])] : [],
  };
}

function workCursorOf(place: Place): string {
  if (place.part === "direct") return `direct-${place.afterId}`;
  if (place.part === "older") return `older-${place.newestId}-${place.beforeId}`;
  return `ranked-${place.newestId}-${place.after?.score}-${place.after?.id}`;
}

const uuid = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}";
const cursorPattern = new RegExp(
  `^(?:direct-(?<afterId>${uuid})|older-(?<olderThan>${uuid})-(?<beforeId>${uuid})|ranked-(?<newestId>${uuid})-(?<score>\\d{1,3})-(?<id>${uuid}))$`,
);

function readWorkCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return { part: "direct", afterId: undefined };
  const parts = cursorPattern.exec(cursor)?.groups;
  if (parts === undefined) return refuseParameter("cursor", "must be the next_cursor of an earlier page.");
  const { afterId, olderThan, beforeId, newestId, score, id } = parts;
  if (olderThan !== undefined && beforeId !== undefined) return { part: "older", newestId: olderThan, beforeId };
  if (newestId !== undefined && id !== undefined) {
    return { part: "ranked", newestId, after: { id, score: Number(score) } };
  }
  return { part: "direct", afterId };
}
