// The client of the API, with types made of `docs/openapi.json` (`npm run api-types`).
import createClient, { type Client } from "openapi-fetch";
import type { Auth } from "../auth/auth";
import type { components, paths } from "./schema";

export type Api = Client<paths>;
export type Schemas = components["schemas"];
export type Document = Schemas["Document"];
export type DocumentStatus = Schemas["DocumentStatus"];

export function createApi(url: string, auth: Pick<Auth, "token" | "refused">): Api {
  return createClient<paths>({ baseUrl: url, fetch: (request) => fetchWithToken(request, auth) });
}

/** Send a request with a token, and once more with another one if that is refused. */
export async function fetchWithToken(request: Request, auth: Pick<Auth, "token" | "refused">): Promise<Response> {
  const again = request.clone();
  const token = await auth.token();
  const answer = await fetch(signed(request, token));
  if (answer.status !== 401) return answer;
  auth.refused(token);
  return fetch(signed(again, await auth.token()));
}

function signed(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
