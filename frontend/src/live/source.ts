// The API as the source of live messages.
import type { Api } from "../api/client";
import { answered } from "../api/problems";
import type { LiveSource } from "./connection";

export function liveSource(api: Api): LiveSource {
  return {
    ticket: () => answered(api.POST("/live/ticket")),
    changes: (topic, after) =>
      answered(api.GET("/changes", { params: { query: { topic, ...(after !== null && { after }) } } })),
    open: (url) => new WebSocket(url),
  };
}
