/** The numbers that the manager goes by; docs/teams.md, "The manager's rules", says what each is for. */

export interface ManagerSettings {
  /** How long a member may be silent before it is reminded. */
  readonly nudgeMinutes: number;
  /** Reminders before the subtask goes to somebody else. */
  readonly maxNudges: number;
  /** How long an invited agent may think. */
  readonly invitationMinutes: number;
}

/** Scores of an evaluation, 0 to 1, below which a delivery goes back. */
export const minFormatScore = 0.5;
export const minCoherenceScore = 0.4;
/** What can be told for certain: nothing is accepted that fails one of these checks wholly. Others may misread a brief. */
export const hardChecks: ReadonlySet<string> = new Set(["not_empty", "csv", "json", "markdown", "links"]);
/** Where the buyer has set no limit, the manager asks for so many revisions. */
export const defaultMaxRevisions = 3;

/** A plan of the manager's own has at most so many parts, the last one apart. */
export const maxPlannedParts = 40;
/** Percent of the budget that the manager's plan leaves for rework. */
export const reservePercent = 10;

/** Points of 100 that each subtask an agent already has takes from its rank. */
export const loadPoints = 10;
/** An agent is asked to do the same subtask at most so often. */
export const maxInvitationsEach = 2;

export const milestones = [25, 50, 75, 100];
/** Questions in one thread that the manager answers by itself before the buyer is asked. */
export const maxAnswers = 1;
