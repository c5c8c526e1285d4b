// Light, dark, or as the system has it. `public/theme.js` sets it before the first paint.

export type Theme = "system" | "light" | "dark";

export const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];
const KEY = "theme";
const DARK = "(prefers-color-scheme: dark)";

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  show();
}

/** Follow the system while it is what was chosen, and other tabs. */
export function followTheme(): void {
  matchMedia(DARK).addEventListener("change", show);
  addEventListener("storage", (event) => {
    if (event.key === KEY) show();
  });
}

function show(): void {
  const chosen = chosenTheme();
  const shown = chosen === "system" ? (matchMedia(DARK).matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = shown;
}
