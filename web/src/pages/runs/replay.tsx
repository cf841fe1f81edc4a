import { ActionIcon, Button, Slider } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Icon } from "../../components/icon.tsx";
import classes from "./replay.module.css";
import type { RunStep } from "./use-run.ts";

export interface ReplayProps {
  readonly steps: readonly RunStep[];
  readonly chosen: number | undefined;
  readonly onChoose: (step: number | undefined) => void;
}

const replayStepMs = 700;

/** Goes through the steps of a run: by hand, or played from the one that is open. */
export function Replay({ steps, chosen, onChoose }: ReplayProps) {
  const last = steps.at(-1)?.number ?? 1;
  const at = chosen ?? last;
  const [isPlaying, setIsPlaying] = useState(false);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  /** Asked to begin again, and not there yet. */
  const isRewinding = useRef(false);
  useEffect(() => {
    if (!isPlaying) return undefined;
    if (at >= last) {
      if (!isRewinding.current) setIsPlaying(false);
      return undefined;
    }
    isRewinding.current = false;
    const timer = setTimeout(() => choose.current(at + 1), replayStepMs);
    return () => clearTimeout(timer);
  }, [isPlaying, at, last]);
  const play = (): void => {
    if (!isPlaying && at >= last && last > 1) {
      isRewinding.current = true;
      onChoose(1);
    }
    setIsPlaying(!isPlaying);
  };
  return (
    <div className={classes.replay}>
      <Button variant="default" size="compact-sm" onClick={play}>
        {isPlaying ? "Stop" : "Replay"}
      </Button>
      <ActionIcon
        variant="default"
        aria-label="The step before"
        disabled={at <= 1}
        className={classes.back}
        onClick={() => onChoose(at - 1)}
      >
        <Icon name="right" size={14} />
      </ActionIcon>
      <ActionIcon variant="default" aria-label="The next step" disabled={at >= last} onClick={() => onChoose(at + 1)}>
        <Icon name="right" size={14} />
      </ActionIcon>
      <Slider
        className={classes.slider}
        thumbLabel="Step"
        min={1}
        max={Math.max(2, last)}
        disabled={last < 2}
        value={at}
        label={null}
        onChange={onChoose}
      />
      <span className={classes.at}>
        step {at} of {last}
      </span>
    </div>
  );
}
