// What opens below a button: a few choices, closed by Escape, by choosing, and by going elsewhere.
import { createContext, type ReactNode, use, useEffect, useRef, useState } from "react";
import { IconButton } from "./Button";
import { classes } from "./classes";
import { Icon, type IconName } from "./Icon";

const ITEM = "flex min-h-9 w-full cursor-pointer items-center gap-2 rounded-md px-3 py-1.5 text-left hover:bg-sunk";

const CloseContext = createContext<() => void>(() => {});

export function Menu({ label, icon, children }: { label: string; icon: IconName; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    whole.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      if (!whole.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", leave);
    addEventListener("focusin", leave);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("focusin", leave);
    };
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it from wherever in it the focus is
    <div ref={whole} className="relative" onKeyDown={(event) => event.key === "Escape" && close()}>
      <IconButton icon={icon} label={label} aria-expanded={open} onClick={() => setOpen(!open)} />
      {open && (
        <div className="absolute top-full right-0 z-20 mt-1 w-56 rounded-xl border border-line bg-card p-1.5 shadow-lg">
          <CloseContext value={close}>{children}</CloseContext>
        </div>
      )}
    </div>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <p className="px-3 py-1.5 text-sm break-words text-soft">{children}</p>;
}

export function MenuItem({ onSelect, children }: { onSelect(): void; children: ReactNode }) {
  const close = use(CloseContext);
  return (
    <button
      type="button"
      className={ITEM}
      onClick={() => {
        close();
        onSelect();
      }}
    >
      {children}
    </button>
  );
}

interface ChoicesProps<Value extends string> {
  label: string;
  value: Value;
  choices: { value: Value; label: string }[];
  onChoose(value: Value): void;
}

export function MenuChoices<Value extends string>({ label, value, choices, onChoose }: ChoicesProps<Value>) {
  return (
    <fieldset>
      <legend className="px-3 py-1.5 text-sm text-soft">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className={classes(ITEM, "has-focus-visible:outline-2 has-focus-visible:outline-accent")}
        >
          <input
            type="radio"
            name={label}
            className="sr-only"
            checked={choice.value === value}
            onChange={() => onChoose(choice.value)}
          />
          <span className="flex-1">{choice.label}</span>
          {choice.value === value && <Icon name="check" className="size-4" />}
        </label>
      ))}
    </fieldset>
  );
}
