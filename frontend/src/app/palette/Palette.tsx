// Where to go, by typing: opened with Ctrl-K.
import { type KeyboardEvent, useId, useState } from "react";
import { useLocation } from "wouter";
import { may } from "../../auth/roles";
import { classes } from "../../design/classes";
import { Dialog } from "../../design/Dialog";
import { CONTROL } from "../../design/Field";
import { navigable } from "../pages";
import { useServices } from "../services";
import { commandsFor } from "./commands";

export default function Palette({ onClose }: { onClose(): void }) {
  const { person } = useServices();
  const [, go] = useLocation();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const commands = commandsFor(typed, navigable(person.role), may(person.role, "write"));
  const active = Math.min(chosen, commands.length - 1);
  const run = (index: number) => {
    const command = commands[index];
    if (command === undefined) return;
    onClose();
    go(command.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setChosen(Math.min(active + 1, commands.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(active - 1, 0));
    else if (event.key === "Enter") run(active);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        role="combobox"
        aria-label="Where to go"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        autoComplete="off"
        className={CONTROL}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Places" className="mt-2 grid gap-0.5">
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text has the keys
          <div
            key={command.href}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={classes(
              "cursor-pointer rounded-lg px-3 py-1.5 break-words",
              index === active ? "bg-accent-tint text-accent" : "hover:bg-sunk",
            )}
            onClick={() => run(index)}
          >
            {command.label}
          </div>
        ))}
      </div>
    </Dialog>
  );
}
