// The API as the source of live messages.
import type { Api } from "../api/client";
import { answered } from "../api/problems";
import type { LiveSource } from "./connection";

export function liveSource(api: Api): LiveSource {
  return {
    ticket: () => answered(api.POST("/live/ticket")),
    changes: async (topic, after) => {
      const query = { topic, ...(after !== null && { after }) };
      const page = await answered(api.GET("/changes", { params: { query } }));
      // Nothing here watches an operation.
      return { ...page, messages: page.messages.filter((message) => message.type === "document") };
    },
    open: (url) => new WebSocket(url),
  };
}
