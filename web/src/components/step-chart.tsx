import { useElementSize } from "@mantine/hooks";
import classes from "./step-chart.module.css";

export interface StepPoint {
  /** What stands below it: a day. */
  readonly label: string;
  readonly value: number;
}

export interface StepChartProps {
  /** What is drawn, in a sentence, for those who do not see it. */
  readonly summary: string;
  readonly points: readonly StepPoint[];
  readonly format: (value: number) => string;
}

const heightPx = 200;
const margin = { top: 12, right: 4, bottom: 24, left: 76 };
/** Until the width has been measured. */
const defaultWidthPx = 720;
const maxLabels = 6;

/** A value that stays until it changes, drawn as steps. Hovering a step names it. */
export function StepChart({ summary, points, format }: StepChartProps) {
  const { ref, width } = useElementSize<HTMLElement>();
  const widthPx = width === 0 ? defaultWidthPx : width;
  const [innerWidth, innerHeight] = [widthPx - margin.left - margin.right, heightPx - margin.top - margin.bottom];
  const ticks = niceTicks(Math.max(0, ...points.map(({ value }) => value)));
  const top = ticks.at(-1) ?? 1;
  const stepPx = innerWidth / Math.max(1, points.length);
  const x = (index: number): number => margin.left + index * stepPx;
  const y = (value: number): number => margin.top + innerHeight * (1 - value / top);
  const steps = points.map(({ value }, index) => `H${x(index)}V${y(value)}H${x(index + 1)}`).join("");
  const line = `M${margin.left} ${y(points[0]?.value ?? 0)}${steps}`;
  const labelEvery = Math.max(1, Math.ceil(points.length / Math.min(maxLabels, Math.floor(innerWidth / 90))));
  return (
    <figure ref={ref} className={classes.chart}>
      <svg viewBox={`0 0 ${widthPx} ${heightPx}`} height={heightPx} role="img" aria-label={summary}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line className={classes.grid} x1={margin.left} x2={widthPx - margin.right} y1={y(tick)} y2={y(tick)} />
            <text className={classes.label} x={margin.left - 8} y={y(tick) + 4} textAnchor="end">
              {format(tick)}
            </text>
          </g>
        ))}
        <path className={classes.area} d={`${line}V${y(0)}H${margin.left}Z`} />
        <path className={classes.line} d={line} />
        {points.map(({ label, value }, index) => (
          <g key={label}>
            {index % labelEvery === 0 ? (
              <text className={classes.label} x={x(index)} y={heightPx - 6}>
                {label}
              </text>
            ) : null}
            <rect className={classes.hit} x={x(index)} y={margin.top} width={stepPx} height={innerHeight}>
              <title>{`${label}: ${format(value)}`}</title>
            </rect>
          </g>
        ))}
      </svg>
    </figure>
  );
}

/** From 0 to at least `max`, in three or four even steps of 1, 2 or 5. */
function niceTicks(max: number): number[] {
  if (max <= 0) return [0, 1];
  const rough = max / 3;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * magnitude).find((each) => each >= rough) ?? rough);
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, index) => index * step);
}
