import type { Latency } from "./messages.ts";
import type { Figure } from "./statistics.ts";

/** Figures as a person reads them. */

/** Columns side by side; the first row names them. */
export function align(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

export function counts({ median, min, max }: Figure): string {
  return `${whole(median)} (${whole(min)}–${whole(max)})`;
}

export function span({ median, min, max }: Figure): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

export function times(latency: Latency | undefined): string {
  return latency === undefined ? "" : `${latency.p50Ms.toFixed(1)}/${latency.p99Ms.toFixed(1)}`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
