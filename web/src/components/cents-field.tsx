import { NumberInput } from "@mantine/core";

export interface CentsFieldProps {
  readonly label: string;
  readonly description?: string | undefined;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly size?: "xs" | "sm";
  /** US cents; null: nothing was typed. */
  readonly cents: number | null;
  readonly onChange: (cents: number | null) => void;
}

/** An amount of US dollars, typed as dollars and kept as cents. */
export function CentsField({ cents, onChange, ...field }: CentsFieldProps) {
  return (
    <NumberInput
      {...field}
      prefix="$"
      thousandSeparator=","
      decimalScale={2}
      min={0}
      allowNegative={false}
      hideControls
      value={cents === null ? "" : cents / 100}
      onChange={(dollars) => onChange(dollars === "" ? null : Math.round(Number(dollars) * 100))}
    />
  );
}
