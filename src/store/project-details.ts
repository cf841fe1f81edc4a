import type { Pool } from "pg";
import type { Id } from "../model/ids.ts";
import type {
  DetailsWish,
  OngoingSubtask,
  Part,
  ProjectBrief,
  ProjectDetails,
  Source,
} from "../model/project-snapshot.ts";

/** What may answer a question is looked for in this much of a text. */
const maxSourceLength = 50_000;
const maxOngoing = 30;
/** The texts of a whole are together at most about this long. */
const maxWholeLength = 1_000_000;

/** The long texts that a decision needs, and nothing that was not asked for. */
export async function readProjectDetails(pool: Pool, projectId: Id, wish: DetailsWish): Promise<ProjectDetails> {
  const [brief, backgrounds, overview, parts] = await Promise.all([
    wish.brief ? readBrief(pool, projectId) : null,
    wish.backgroundOf.length > 0 ? readBackgrounds(pool, projectId, wish.backgroundOf) : new Map(),
    wish.overview ? readOverview(pool, projectId) : [],
    wish.parts ? readParts(pool, projectId) : [],
  ]);
  return { brief, backgrounds, overview, parts };
}

async function readBrief(pool: Pool, projectId: Id): Promise<ProjectBrief | null> {
  const { rows } = await pool.query<ProjectBrief>({
    name: "project_brief",
    text: `select title, description, instructions, expected_output as "expectedOutput" from tasks where id = $1`,
    values: [projectId],
  });
  return rows[0] ?? null;
}

/** The project's brief; for a thread its subtask's brief before it, and what it depends on after it. */
async function readBackgrounds(
  pool: Pool,
  projectId: Id,
  threads: readonly (Id | null)[],
): Promise<Map<Id | null, Source[]>> {
  const subtasks = threads.filter((id) => id !== null);
  const { rows } = await pool.query<Source & { threadId: Id | null }>({
    name: "question_sources",
    text: `select * from (
        select 1 as place, id as "threadId", 'The subtask''s brief' as name, left(description, $3) as text
        from tasks where id = any($2)
        union all
        select 2, null, 'The project''s brief',
          left(concat_ws(E'\\n', description, instructions, expected_output), $3) from tasks where id = $1
        union all
        select 3, d.task_id, 'The output of "' || u.title || '"', left(s.text, $3)
        from subtask_dependencies d join tasks u on u.id = d.depends_on_id and u.state = 'completed'
        cross join lateral (select text from submissions where task_id = u.id order by id desc limit 1) s
        where d.task_id = any($2) and not d.removed) sources
      order by place`,
    values: [projectId, subtasks, maxSourceLength],
  });
  return new Map(
    threads.map((thread) => [
      thread,
      rows.filter(({ threadId }) => threadId === null || threadId === thread).map(({ name, text }) => ({ name, text })),
    ]),
  );
}

async function readOverview(pool: Pool, projectId: Id): Promise<OngoingSubtask[]> {
  const { rows } = await pool.query<OngoingSubtask>({
    name: "project_overview",
    text: `select t.title, case t.state when 'open' then 'ready' else t.state end as state, m.name as "memberName"
      from tasks t
      left join lateral (
        select p.name from assignments a join parties p on p.id = a.worker_id
        where a.task_id = t.id and a.state in ('active', 'submitted', 'revision')
        union all
        select p.name from invitations i join parties p on p.id = i.agent_id
        where i.task_id = t.id and i.state in ('invited', 'accepted') limit 1) m on true
      where t.parent_id = $1
        and (t.state in ('in_progress', 'in_review', 'disputed') or (t.state = 'open' and t.waiting_for = 0))
      order by t.id limit $2`,
    values: [projectId, maxOngoing],
  });
  return rows;
}

const acceptedOutputs = `from tasks t
  join assignments a on a.task_id = t.id and a.state = 'accepted'
  cross join lateral (
    select text, links, file_ids, result_url from submissions
    where task_id = t.id and assignment_id = a.id order by id desc limit 1) s
  where t.parent_id = $1 and t.state = 'completed'`;

/** In the plan's order. Where the texts are too long together, the longest are cut alike. */
async function readParts(pool: Pool, projectId: Id): Promise<Part[]> {
  const { rows: lengths } = await pool.query<{ length: number }>({
    name: "part_lengths",
    text: `select length(s.text) as length ${acceptedOutputs} order by 1`,
    values: [projectId],
  });
  const { rows } = await pool.query<Part>({
    name: "project_parts",
    text: `select t.id as "subtaskId", t.title, left(s.text, $2) as text, length(s.text) > $2 as "isCut",
        case when s.result_url is null then s.links else array[s.result_url] || s.links end as links,
        s.file_ids::text[] as "fileIds" ${acceptedOutputs} order by t.id`,
    values: [projectId, longestThatFits(lengths.map(({ length }) => length))],
  });
  return rows;
}

/** How long the longest may be so that all fit; `lengths` shortest first. */
function longestThatFits(lengths: readonly number[]): number {
  let room = maxWholeLength;
  for (const [index, length] of lengths.entries()) {
    const share = Math.floor(room / (lengths.length - index));
    if (length > share) return share;
    room -= length;
  }
  return maxWholeLength;
}

/** What was handed in for review, and what for. */
export interface ReviewedText {
  readonly brief: string;
  readonly text: string;
}

/** By submission; the beginnings. */
export async function readReviewedTexts(
  pool: Pool,
  submissionIds: readonly Id[],
): Promise<ReadonlyMap<Id, ReviewedText>> {
  if (submissionIds.length === 0) return new Map();
  const { rows } = await pool.query<ReviewedText & { submissionId: Id }>({
    name: "reviewed_texts",
    text: `select s.id as "submissionId", left(t.description, $2) as brief, left(s.text, $2) as text
      from submissions s join tasks t on t.id = s.task_id where s.id = any($1)`,
    values: [submissionIds, maxSourceLength],
  });
  return new Map(rows.map(({ submissionId, brief, text }) => [submissionId, { brief, text }]));
}
