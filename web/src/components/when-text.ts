const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

const steps = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** "3 minutes ago", "in 2 days"; less than 45 seconds either way is "just now" or "in a moment". */
export function relativeText(atMs: number, nowMs: number): string {
  const apartMs = atMs - nowMs;
  if (Math.abs(apartMs) < 45_000) return apartMs > 5_000 ? "in a moment" : "just now";
  const [unit, unitMs] = steps.find(([, ms]) => Math.abs(apartMs) >= ms) ?? ["minute", 60_000];
  return relative.format(Math.round(apartMs / unitMs), unit);
}

/** With date, seconds and zone. */
export function exactText(atMs: number): string {
  return exact.format(atMs);
}

/** What is left of a time: "2 d 4 h", "3 h 12 min", "4 min 05 s"; "time is up" when nothing is. */
export function remainingText(untilMs: number, nowMs: number): string {
  const seconds = Math.floor((untilMs - nowMs) / 1_000);
  if (seconds <= 0) return "time is up";
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
}
