// Texts that outlive their page, such as a question that is not asked yet: in memory alone, so that nothing of them stays on the
// disk, and for as long as the window is open.
import { useState } from "react";
import type { Api } from "../../../api/client";
import { useServices } from "../../../app/services";

const KEPT = new WeakMap<Api, Map<string, string>>();

/** The text of that name, of whoever is signed in, and what changes it. */
export function useKeptText(name: string): [string, (text: string) => void] {
  const { api } = useServices();
  const kept = KEPT.get(api) ?? new Map<string, string>();
  KEPT.set(api, kept);
  const [text, setText] = useState(kept.get(name) ?? "");
  const change = (changed: string) => {
    if (changed === "") kept.delete(name);
    else kept.set(name, changed);
    setText(changed);
  };
  return [text, change];
}
