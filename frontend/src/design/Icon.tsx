// Icons, drawn with strokes in the colour of the text. They say nothing that the words beside them do not.
const PATHS = {
  documents: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
  upload: "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
  records: "M4 5h16v14H4zM4 10h16M4 14.500h16M10 5v14",
  runs: "M5 5h5v5H5zM14 14h5v5h-5zM10 7.500h6.500V14",
  operations: "M4 7h9M17 7h3M13 4.500v5M4 17h3M11 17h9M7 14.500v5",
  overview: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  performance: "M4 16l5-6 4 3 7-8M4 20h16",
  audit: "M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z",
  ask: "M4 5h16v11h-9l-5 4v-4H4z",
  folder: "M3 6h6l2 2h10v11H3z",
  chevron: "M9 6l6 6-6 6",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12l5 5 9-10",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.500",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  move: "M3 7h6l2 2h10v10H3zM9 14h6M12.500 11.500L15 14l-2.500 2.500",
  retry: "M5 12a7 7 0 1 1 2 5M5 19v-4h4",
  edit: "M5 19h4L19 9l-4-4L5 15zM13 7l4 4",
  download: "M12 4v12M7 11l5 5 5-5M4 20h16",
  link: "M10 14a4 4 0 0 1 0-5.500l3-3a4 4 0 0 1 5.500 5.500L17 12.500M14 10a4 4 0 0 1 0 5.500l-3 3A4 4 0 0 1 5.500 13L7 11.500",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 3.500-6 8-6s8 2 8 6",
  menu: "M4 7h16M4 12h16M4 17h16",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  stop: "M6.500 6.500h11v11h-11z",
  send: "M12 20V5M6 11l6-6 6 6",
  thumbUp: "M7 11v9H4v-9zM7 11l4-7c1.500 0 2.500 1.500 2 3.500L12.500 10H19l-1.500 10H7",
  thumbDown: "M7 13V4H4v9zM7 13l4 7c1.500 0 2.500-1.500 2-3.500L12.500 14H19L17.500 4H7",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = "size-5" }: { name: IconName; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      className={`shrink-0 ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
