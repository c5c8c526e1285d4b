// What stands where there is nothing to show: nothing there, still loading, failed. Each says what to do.
import type { ReactNode } from "react";
import { details, inWords } from "../words/problems";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

interface EmptyProps {
  icon: IconName;
  title: string;
  /** It is all that the page has, so its title is the page's. */
  isPage?: boolean;
  children?: ReactNode;
}

export function Empty({ icon, title, isPage = false, children }: EmptyProps) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className="grid place-items-center gap-2 px-6 py-16 text-center">
      <Icon name={icon} className="size-8 text-soft" />
      <Title className="text-lg font-medium">{title}</Title>
      {children && <div className="max-w-md text-soft">{children}</div>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="grid gap-3 p-4">
      <span className="sr-only">Loading {what}</span>
      {[90, 75, 82, 60].map((width) => (
        <div key={width} className="h-4 rounded bg-sunk motion-safe:animate-pulse" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className="grid place-items-center gap-3 px-6 py-12">
      <Problem error={error} />
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** An error in words, with what the service itself says of it. */
export function Problem({ error }: { error: unknown }) {
  const { what, advice } = inWords(error);
  return (
    <div role="alert" className="w-full max-w-xl rounded-lg border border-bad bg-bad-tint px-4 py-3 text-ink">
      <p className="font-medium">{what}</p>
      <p>{advice}</p>
      {details(error).map((line) => (
        <p key={line} className="mt-1 text-sm break-words text-soft">
          {line}
        </p>
      ))}
    </div>
  );
}
