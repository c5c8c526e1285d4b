// Figures of now over so many minutes. The service makes them once a minute: they are asked for no oftener, and not while the window
// is hidden.
import { useQuery } from "@tanstack/react-query";
import { useServices } from "../app/services";
import { readFigures } from "./figures";

const KEPT_MILLISECONDS = 60_000;

export function useFigures(minutes: number) {
  const { api } = useServices();
  return useQuery({
    queryKey: ["figures", minutes],
    queryFn: ({ signal }) => readFigures(api, minutes, signal),
    refetchInterval: KEPT_MILLISECONDS,
    // Who comes back to the window sooner than that would be given the same.
    staleTime: KEPT_MILLISECONDS,
  });
}
