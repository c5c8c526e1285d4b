// A labelled control with what is said of it below.
import { type ReactNode, useId } from "react";

export const CONTROL =
  "min-h-9 w-full rounded-lg border border-edge bg-card px-3 py-1.5 text-ink placeholder:text-soft disabled:opacity-60";

interface Props {
  label: string;
  hint?: string;
  problem?: string | null;
  /** The control, which gets the id that its label is for, and that of what is said below. */
  children(ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined }): ReactNode;
}

export function Field({ label, hint, problem, children }: Props) {
  const id = useId();
  const told = problem ?? hint;
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        "aria-describedby": told ? `${id}-told` : undefined,
        "aria-invalid": problem ? true : undefined,
      })}
      {told && (
        <p id={`${id}-told`} className={problem ? "text-sm text-bad" : "text-sm text-soft"}>
          {told}
        </p>
      )}
    </div>
  );
}
