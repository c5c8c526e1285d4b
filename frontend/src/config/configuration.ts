// What the dashboard has to know of where it is: `/config.json`, which whoever serves it writes, checked once.

export interface OidcSettings {
  kind: "oidc";
  /** Where the issuer's discovery document is found: an address, or a path of this origin. */
  authority: string;
  client_id: string;
  scope: string;
  /** Which of the issuer's tokens the API takes. */
  token: "access_token" | "id_token";
  /** The claim of that token that names the role, or a path with dots to it. */
  role_claim: string;
}

export interface Configuration {
  api_url: string;
  /** What is said of the place that this dashboard is for, such as `this machine`. */
  place: string;
  sign_in: OidcSettings;
}

/** Read and check it. Throws an `Error` that says what is missing. */
export async function loadConfiguration(): Promise<Configuration> {
  const answer = await fetch("/config.json", { cache: "no-cache" });
  if (!answer.ok) throw new Error(`/config.json is answered with ${answer.status}`);
  return checked(await answer.json());
}

export function checked(given: unknown): Configuration {
  const whole = fields(given, "config.json", ["api_url", "place"]);
  const signIn = (given as { sign_in?: unknown }).sign_in;
  const oidc = fields(signIn, "sign_in", ["kind", "authority", "client_id", "scope", "token", "role_claim"]);
  if (oidc.kind !== "oidc") throw new Error(`config.json: sign_in.kind is '${oidc.kind}', and has to be 'oidc'`);
  if (oidc.token !== "access_token" && oidc.token !== "id_token") {
    throw new Error("config.json: sign_in.token has to be 'access_token' or 'id_token'");
  }
  return { ...whole, sign_in: { ...oidc, kind: oidc.kind, token: oidc.token } };
}

function fields<Name extends string>(given: unknown, where: string, names: Name[]): Record<Name, string> {
  if (typeof given !== "object" || given === null) throw new Error(`${where} is no object`);
  const found = {} as Record<Name, string>;
  for (const name of names) {
    const value = (given as Record<string, unknown>)[name];
    if (typeof value !== "string" || value === "") throw new Error(`${where}: ${name} is missing`);
    found[name] = value;
  }
  return found;
}
