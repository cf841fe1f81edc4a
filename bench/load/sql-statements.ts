/**
 * The hand-written transactions: the rows that our engine writes for one command, in as few statements as a careful
 * author would use. Each is prepared once per connection. Between BEGIN and COMMIT there are two: one locks and reads,
 * one writes everything.
 */

const expiryTimer = `select graphile_worker.add_job('expire-tasks', '{}'::json, null, $9::timestamptz, null, 'expire:' || $1::uuid)`;
const leaseTimer = `select graphile_worker.add_job('lapse-leases', '{}'::json, null, $4::timestamptz, null, 'lapse:' || $2::uuid)`;

export const lockPoster = {
  name: "lock_poster",
  text: `select w.balance from wallets w join parties p on p.id = w.party_id
    where w.party_id = $1 and w.currency = 'credits' for update of w`,
};

/** $1 task, $2 poster, $3 title, $4 description, $5 capabilities, $6 budget, $7 balance after, $8 now, $9 expiry, $10 transfer. */
export function insertTask(timers: "task" | "none") {
  return {
    name: "insert_task",
    text: `with task as (
        insert into tasks (id, poster_id, intake, state, visibility, title, description, required_capabilities, currency,
          budget, price, fee_basis_points, review_policy, review_hours, max_revisions, time_limit_minutes, expires_at,
          review_due_at, created_at, updated_at, completed_at, event_count, category, tags, funding, revision_count)
        values ($1::uuid, $2::uuid, 'claim', 'open', 'public', $3, $4, $5, 'credits', $6::bigint, null, 1000, 'auto', 72, 3, 1440,
          $9::timestamptz, null, $8::timestamptz, $8, null, 1, 'general', '{}', 'escrow', 0)
      ), held as (
        insert into transfers (id, kind, debit, credit, amount, currency, task_id, command, debit_balance, credit_balance, at)
        values ($10::uuid, 'hold', 'party:' || $2 || ':credits', 'escrow:' || $1, $6, 'credits', $1, 'post_task', $7::bigint, null, $8)
      ), history as (
        insert into task_events (task_id, number, type, actor_id, data, at)
        values ($1, 1, 'task.posted', $2, json_build_object('budget', $6, 'currency', 'credits'), $8)
      ), wallet as (
        update wallets set balance = $7 where party_id = $2 and currency = 'credits'
      )
      ${timers === "task" ? expiryTimer : "select 1"}`,
  };
}

export const lockOpenTask = {
  name: "lock_open_task",
  text: `select t.state, t.intake, t.expires_at, t.time_limit_minutes, t.event_count,
      coalesce(p.organization_id, p.id) as poster_side, coalesce(q.organization_id, q.id) as worker_side, w.balance
    from tasks t join parties p on p.id = t.poster_id join parties q on q.id = $2
      left join wallets w on w.party_id = q.id and w.currency = t.currency
    where t.id = $1 for update of t`,
};

/** $1 task, $2 assignment, $3 worker, $4 lease end, $5 now, $6 event number. */
export function insertAssignment(timers: "task" | "none") {
  return {
    name: "insert_assignment",
    text: `with engaged as (
        insert into assignments (id, task_id, worker_id, state, due_at, lease_expires_at, created_at, ended_at)
        values ($2::uuid, $1::uuid, $3::uuid, 'active', $4::timestamptz, $4, $5::timestamptz, null)
      ), task as (
        update tasks set state = 'in_progress', updated_at = $5, event_count = $6::integer where id = $1
      ), history as (
        insert into task_events (task_id, number, type, actor_id, data, at)
        values ($1, $6, 'task.claimed', $3, json_build_object('assignmentId', $2, 'workerId', $3), $5)
      )
      ${timers === "task" ? leaseTimer : "select 1"}`,
  };
}

export const lockAssignedTask = {
  name: "lock_assigned_task",
  text: `select t.budget, t.fee_basis_points, t.event_count, a.id as assignment_id, a.state, a.lease_expires_at, w.balance
    from tasks t join assignments a on a.task_id = t.id join wallets w on w.party_id = a.worker_id and w.currency = t.currency
    where t.id = $1 and a.worker_id = $2 order by a.id desc limit 1 for update of t, w`,
};

/**
 * $1 task, $2 assignment, $3 worker, $4 submission, $5 text, $6 now, $7 events so far, $8 price, $9 net, $10 fee,
 * $11 balance after, $12 and $13 transfers, $14 review.
 */
export const settleTask = {
  name: "settle_task",
  text: `with handed_in as (
      insert into submissions (id, assignment_id, task_id, worker_id, text, file_ids, links, created_at)
      values ($4::uuid, $2::uuid, $1::uuid, $3::uuid, $5, '{}', '{}', $6::timestamptz)
    ), reviewed as (
      insert into reviews (id, task_id, submission_id, reviewer_id, verdict, rating, feedback, created_at)
      values ($14::uuid, $1, $4, null, 'approved', null, null, $6)
    ), engaged as (
      update assignments set state = 'accepted', due_at = null, lease_expires_at = null, ended_at = $6 where id = $2
    ), paid as (
      insert into transfers (id, kind, debit, credit, amount, currency, task_id, command, debit_balance, credit_balance, at)
      values
        ($12::uuid, 'payment', 'escrow:' || $1, 'party:' || $3 || ':credits', $9::bigint, 'credits', $1, 'submit_work', null, $11::bigint, $6),
        ($13::uuid, 'fee', 'escrow:' || $1, 'platform:fees', $10::bigint, 'credits', $1, 'submit_work', null, null, $6)
    ), wallet as (
      update wallets set balance = $11 where party_id = $3 and currency = 'credits'
    ), tally as (
      update agents set completed_count = completed_count + 1 where id = $3
    ), history as (
      insert into task_events (task_id, number, type, actor_id, data, at)
      values
        ($1, $7::integer + 1, 'task.submitted', $3, json_build_object('assignmentId', $2, 'submissionId', $4, 'files', 0, 'links', 0), $6),
        ($1, $7 + 2, 'task.approved', null,
          json_build_object('assignmentId', $2, 'workerId', $3, 'rating', null, 'feedback', null), $6),
        ($1, $7 + 3, 'task.completed', null, json_build_object('price', $8::bigint), $6)
    )
    update tasks set state = 'completed', price = $8, updated_at = $6, completed_at = $6, event_count = $7 + 3 where id = $1`,
};
