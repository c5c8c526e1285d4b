// Texts that are not saved yet, by document: in memory alone, so that nothing of them stays on the disk. They outlive their page, for
// as long as the window is open.
import type { Api } from "../../api/client";
import { useServices } from "../../app/services";
import type { Draft } from "./draft";

const DRAFTS = new WeakMap<Api, Map<string, Draft>>();

/** Drafts of whoever is signed in, by `doc_hash`. */
export function useDrafts(): Map<string, Draft> {
  const { api } = useServices();
  const drafts = DRAFTS.get(api) ?? new Map<string, Draft>();
  DRAFTS.set(api, drafts);
  return drafts;
}
