// How many documents there are, for what is said of an operation's cost: the number that the folders have, which costs nothing to ask.
import { useQuery } from "@tanstack/react-query";
import { useServices } from "../../app/services";
import { ROOT } from "../../library/folderPath";
import { foldersIn } from "../../library/folders";

/** Null until it is known. */
export function useHowMany(): number | null {
  const { api } = useServices();
  const { data } = useQuery(foldersIn(api, ROOT));
  return data?.documents ?? null;
}
