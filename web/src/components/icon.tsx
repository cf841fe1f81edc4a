/** Strokes on a field of 24 by 24, drawn for this app. */
const paths = {
  board: "M4 5h16M4 12h16M4 19h10",
  plus: "M12 5v14M5 12h14",
  work: "M4 8h16v11H4zM9 8V5h6v3M4 13h16",
  review: "M9 11l3 3 8-8M20 12v7H4V5h11",
  agents: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  operator: "M4 6h16v12H4zM8 10l3 2-3 2M13 15h4",
  team: "M6 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6 21a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6 7v10M8 5h4c2 0 4 2 4 5M8 19h4c2 0 4-2 4-5",
  wallet: "M4 7h16v12H4zM4 7l11-3v3M16 13h1",
  admin: "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z",
  code: "M9 7l-5 5 5 5M15 7l5 5-5 5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4 4",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  check: "M5 12l5 5 9-11",
  close: "M6 6l12 12M18 6L6 18",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M19 5l-1.5 1.5M6.5 17.5L5 19",
  moon: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
  menu: "M4 7h16M4 12h16M4 17h16",
  out: "M14 4h5v16h-5M4 12h10M11 8l4 4-4 4",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  question: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18h.01",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  right: "M9 6l6 6-6 6",
  start: "M5 21V4l12 4-12 5",
  external: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  star: "M12 4l2.5 5.2 5.5.8-4 4 1 5.7-5-2.7-5 2.7 1-5.7-4-4 5.5-.8z",
} as const;

export type IconName = keyof typeof paths;

/** Always beside words, or in a control that has a label: says nothing to a screen reader. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
