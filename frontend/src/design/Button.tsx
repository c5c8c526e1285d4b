import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link } from "wouter";
import { classes } from "./classes";
import { Icon, type IconName } from "./Icon";

type Look = "plain" | "main" | "danger" | "quiet";

const SHAPE =
  "inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-3 py-1.5 font-medium whitespace-nowrap";

const LOOKS: Record<Look, string> = {
  plain: "border border-line bg-card text-ink hover:border-edge",
  main: "border border-transparent bg-accent text-on-accent hover:bg-accent-strong",
  danger: "border border-bad bg-card text-bad hover:bg-bad-tint",
  quiet: "border border-transparent text-ink hover:bg-sunk",
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  icon?: IconName;
  /** It is being done: it cannot be pressed again, and says so. */
  busy?: boolean;
}

export function Button({ look = "plain", icon, busy = false, className, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classes(SHAPE, "disabled:cursor-not-allowed disabled:opacity-60", LOOKS[look], className)}
    >
      {icon && <Icon name={icon} className="size-4.5" />}
      {children}
    </button>
  );
}

/** A link that looks as a button beside it does: it leads to another page. */
export function LinkButton({ href, icon, children }: { href: string; icon: IconName; children: ReactNode }) {
  return (
    <Link href={href} className={classes(SHAPE, LOOKS.plain)}>
      <Icon name={icon} className="size-4.5" />
      {children}
    </Link>
  );
}

/** A button that is an icon alone; `label` is what it does. */
export function IconButton({
  label,
  icon,
  className,
  ...rest
}: Omit<Props, "look" | "children"> & { label: string; icon: IconName }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={classes(
        "inline-flex size-9 items-center justify-center rounded-lg hover:bg-sunk disabled:opacity-60",
        className,
      )}
    >
      <Icon name={icon} />
    </button>
  );
}
