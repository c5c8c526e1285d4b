// What lies in the dead letter queues. Looking hides a letter from others for a moment, so it is looked at when a document that
// has a letter, or gets one, changes, and not by the clock.
import { useQuery } from "@tanstack/react-query";
import { answered } from "../api/problems";
import { useServices } from "../app/services";
import { useGathered } from "../live/useGathered";

export const DEAD_LETTERS = ["dead letters"];
export const SHOWN = 100;
const GATHERED_MILLISECONDS = 2_000;

export function useDeadLetters() {
  const { api } = useServices();
  const found = useQuery({
    queryKey: DEAD_LETTERS,
    queryFn: ({ signal }) => answered(api.GET("/dead-letters", { params: { query: { limit: SHOWN } }, signal })),
  });
  useGathered(
    "documents",
    GATHERED_MILLISECONDS,
    () => void found.refetch(),
    (message) =>
      message.status === "partial" ||
      (found.data?.queues.some((queue) => queue.letters.some((each) => each.doc_hash === message.doc_hash)) ?? false),
  );
  return found;
}
