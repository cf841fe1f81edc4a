import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

/** Ten shades from `accent-soft` to its darkest; Mantine wants them as a list. The seventh is the accent on light paper. */
const verdigris: MantineColorsTuple = [
  "#eef6f3",
  "#dcebe6",
  "#b7d6cc",
  "#8fc0b1",
  "#6dac9a",
  "#4b9280",
  "#1f5c50",
  "#1a4f45",
  "#143f37",
  "#0e2f29",
];
const brick: MantineColorsTuple = [
  "#fdf1ef",
  "#fae6e2",
  "#f2c4bd",
  "#e99d93",
  "#df766a",
  "#cb4c40",
  "#a32b22",
  "#8c231b",
  "#731c15",
  "#58140f",
];

/** Greys with the warmth of paper, light to dark. */
const gray: MantineColorsTuple = [
  "#faf8f4",
  "#f1eee7",
  "#e8e4da",
  "#e0dbd0",
  "#c9c2b4",
  "#a8a193",
  "#8d867a",
  "#6d675d",
  "#565148",
  "#1d1b18",
];
/** What Mantine makes the dark scheme of: text first, the page's ground eighth. */
const dark: MantineColorsTuple = [
  "#ede9e0",
  "#b9b3a6",
  "#9d978a",
  "#7d776b",
  "#57534a",
  "#34322c",
  "#1e1d19",
  "#161512",
  "#121110",
  "#0c0b0a",
];

/** What is filled or tinted takes our tokens, which know light from dark; `brick` is what takes away. */
const variantColors: VariantColorsResolver = (input) => {
  const [strong, soft, ink] =
    input.color === "brick"
      ? ["var(--danger)", "var(--danger-soft)", "var(--danger-ink)"]
      : ["var(--accent)", "var(--accent-soft)", "var(--accent-ink)"];
  const isOurs = input.color === undefined || input.color === "brick" || input.color === "verdigris";
  const hover = `color-mix(in srgb, ${strong} 86%, var(--ink))`;
  if (isOurs && input.variant === "filled")
    return { background: strong, hover, color: ink, border: "1px solid transparent" };
  if (isOurs && input.variant === "light")
    return { background: soft, hover: soft, color: strong, border: "1px solid transparent" };
  if (isOurs && input.variant === "subtle") {
    return { background: "transparent", hover: soft, color: strong, border: "1px solid transparent" };
  }
  return defaultVariantColorsResolver(input);
};

/** Mantine's components in our tokens. Looks that go beyond colour and size are in each component's own CSS module. */
export const theme = createTheme({
  fontFamily: "var(--font-text)",
  fontFamilyMonospace: "var(--font-mono)",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.1875rem" },
  colors: { verdigris, brick, gray, dark },
  primaryColor: "verdigris",
  primaryShade: { light: 6, dark: 3 },
  variantColorResolver: variantColors,
  defaultRadius: "6px",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Most fields are required; the others say that they are not.
    InputWrapper: {
      defaultProps: { withAsterisk: false, inputWrapperOrder: ["label", "input", "description", "error"] },
    },
    NumberInput: { defaultProps: { hideControls: true } },
  },
});

/** Mantine's own names for text, lines and surfaces, in both schemes, from our tokens. */
export const cssVariables: CSSVariablesResolver = () => {
  const ours = {
    "--mantine-color-body": "var(--paper)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-soft)",
    "--mantine-color-placeholder": "var(--ink-faint)",
    "--mantine-color-error": "var(--danger)",
    "--mantine-color-anchor": "var(--accent)",
    "--mantine-color-default": "var(--paper-raised)",
    "--mantine-color-default-hover": "var(--paper-sunk)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-primary-color-filled": "var(--accent)",
    "--mantine-primary-color-contrast": "var(--accent-ink)",
  };
  return { variables: {}, light: ours, dark: ours };
};
