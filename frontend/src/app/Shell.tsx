// What is around every page: navigation, theme, who is signed in, and whether what is shown is live.
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { IconButton } from "../design/Button";
import { classes } from "../design/classes";
import { AccountMenu } from "./AccountMenu";
import { LiveBadge } from "./LiveBadge";
import { Navigation } from "./Navigation";
import { PaletteKey } from "./palette/PaletteKey";
import { useServices } from "./services";
import { ThemeMenu } from "./ThemeMenu";

export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const { configuration } = useServices();
  const [path] = useLocation();
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-40 focus:m-2 focus:rounded-lg focus:bg-card focus:p-3"
      >
        Skip to the page
      </a>
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line bg-card px-3 sm:px-4">
        <IconButton
          icon="menu"
          label="Navigation"
          aria-expanded={open}
          className="md:hidden"
          onClick={() => setOpen(!open)}
        />
        <img src="/icon.svg" alt="" className="size-7" />
        {/* On a telephone the badge needs its place. */}
        <span className="font-semibold max-[26rem]:sr-only">Bloomweaver</span>
        <span className="hidden truncate text-sm text-soft sm:inline">{configuration.place}</span>
        <div className="ml-auto flex items-center gap-1">
          <LiveBadge />
          <PaletteKey />
          <ThemeMenu />
          <AccountMenu />
        </div>
      </header>
      <div className="flex min-h-0 flex-1">
        <div className={classes("shrink-0 border-r border-line bg-card md:block", open ? "block" : "hidden")}>
          <Navigation path={path} onNavigate={() => setOpen(false)} />
        </div>
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col overflow-y-auto outline-none">
          {children}
        </main>
      </div>
    </div>
  );
}
