// Signing in at an OpenID Connect issuer: authorization code with PKCE. Tokens are in memory alone. They are renewed with a
// refresh token; after a reload, by asking the issuer without a page (`prompt=none`), at the top and not in a frame, since
// browsers keep an issuer's cookies from frames of other sites.
import { ErrorResponse, InMemoryWebStorage, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { OidcSettings } from "../config/configuration";
import type { Auth, AuthState, Person } from "./auth";
import { claimsOf, roleOf } from "./roles";

const CALLBACK = "/auth/callback";
const POPUP = "/auth/popup";
const SIGNED_OUT = "/signed-out";
/** A token that ends sooner is renewed before it is used. */
const LEAST_SECONDS = 20;

interface Returning {
  to: string;
}

export class OidcAuth implements Auth {
  #state: AuthState = { is: "starting" };
  #listeners = new Set<() => void>();
  #waiting: (() => void)[] = [];
  #renewal: Promise<void> | null = null;
  #refused: string | null = null;
  readonly #manager: UserManager;

  constructor(private readonly settings: OidcSettings) {
    const origin = location.origin;
    this.#manager = new UserManager({
      authority: new URL(settings.authority, origin).href,
      client_id: settings.client_id,
      scope: settings.scope,
      redirect_uri: origin + CALLBACK,
      popup_redirect_uri: origin + POPUP,
      post_logout_redirect_uri: origin + SIGNED_OUT,
      userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
      // What a sign-in under way needs when it comes back: its verifier and where it was. No token.
      stateStore: new WebStorageStateStore({ store: sessionStorage }),
      automaticSilentRenew: false,
      loadUserInfo: false,
    });
  }

  state(): AuthState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    await this.#manager.clearStaleState();
    switch (location.pathname) {
      case POPUP:
        return this.#manager.signinPopupCallback();
      case CALLBACK:
        return this.#comeBack();
      case SIGNED_OUT:
        history.replaceState(null, "", "/");
        return this.#become({ is: "signed out", problem: null });
      default:
        return this.#leave({ prompt: "none", redirectMethod: "replace" });
    }
  }

  async signIn(): Promise<void> {
    await this.#leave({});
  }

  async signInAgain(): Promise<void> {
    const before = this.#state.is === "ended" ? this.#state.person.subject : null;
    const user = await this.#manager.signinPopup({ popupWindowFeatures: { width: 480, height: 640 } });
    // An issuer may give the same token once more, and whoever signed in anew is asked no further time for it.
    this.#refused = null;
    // What is on the page was somebody else's.
    if (before !== null && before !== user.profile.sub) location.reload();
    else this.#signedIn(user);
  }

  async signOut(): Promise<void> {
    await this.#manager.signoutRedirect().catch(async () => {
      // An issuer that has no page for it, or does not answer: this page forgets all the same.
      await this.#manager.removeUser();
      location.assign(SIGNED_OUT);
    });
  }

  async token(): Promise<string> {
    for (;;) {
      const user = await this.#manager.getUser();
      const token = this.#goodToken(user);
      if (token !== null && this.#state.is === "signed in") return token;
      if (this.#state.is === "signed in") await this.#renewed();
      else await new Promise<void>((signedIn) => this.#waiting.push(signedIn));
    }
  }

  refused(token: string): void {
    this.#refused = token;
  }

  async #comeBack(): Promise<void> {
    try {
      const user = await this.#manager.signinRedirectCallback();
      history.replaceState(null, "", returnPath(user.state));
      this.#signedIn(user);
    } catch (error) {
      // A code is of use once, and an address with one in it is nothing to keep.
      const to = error instanceof ErrorResponse ? returnPath(error.state) : "/";
      history.replaceState(null, "", to);
      this.#become({ is: "signed out", problem: problemOf(error) });
    }
  }

  async #leave(options: { prompt?: string; redirectMethod?: "replace" }): Promise<void> {
    const to = location.pathname + location.search + location.hash;
    try {
      await this.#manager.signinRedirect({ ...options, state: { to } satisfies Returning });
    } catch (error) {
      this.#become({ is: "unreachable", problem: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What the API takes of a user's tokens, if it is good for long enough and was not refused. */
  #goodToken(user: User | null): string | null {
    const token = user?.[this.settings.token];
    if (!user || !token || token === this.#refused) return null;
    return secondsLeft(user, this.settings.token) > LEAST_SECONDS ? token : null;
  }

  /** Renew once, however many ask for it. */
  #renewed(): Promise<void> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renew(): Promise<void> {
    const user = await this.#manager.getUser();
    try {
      // Without a refresh token the library would take a frame.
      const renewed = user?.refresh_token ? await this.#manager.signinSilent() : null;
      // An issuer may renew its access token alone, where the API takes the other one.
      if (renewed && this.#goodToken(renewed) !== null) this.#signedIn(renewed);
      else this.#end();
    } catch (error) {
      if (!(error instanceof ErrorResponse)) throw error; // the issuer does not answer; the session may be good
      this.#end();
    }
  }

  #end(): void {
    if (this.#state.is === "signed in") this.#become({ is: "ended", person: this.#state.person });
  }

  #signedIn(user: User): void {
    this.#become({ is: "signed in", person: this.#person(user) });
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  #person(user: User): Person {
    const claims = claimsOf(user[this.settings.token] ?? "");
    const { sub, name, email } = user.profile;
    return { subject: sub, name: name ?? email ?? sub, role: roleOf(claims, this.settings.role_claim) };
  }

  #become(state: AuthState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** How long a user's token is good, in seconds. An ID token has an end of its own. */
export function secondsLeft(user: Pick<User, "expires_in" | "profile">, kind: OidcSettings["token"]): number {
  return kind === "id_token" ? user.profile.exp - Date.now() / 1000 : (user.expires_in ?? 0);
}

/** Where a sign-in began. Only a path of this origin: whatever a state holds, nobody is led elsewhere. */
export function returnPath(state: unknown): string {
  const to = (state as Returning | null | undefined)?.to;
  if (typeof to !== "string" || !/^\/(?![/\\])/.test(to)) return "/";
  return to.startsWith("/auth/") ? "/" : to;
}

const NOBODY = new Set(["login_required", "interaction_required", "consent_required", "account_selection_required"]);

/** Why a sign-in failed, in words; null where nobody was signed in, which is no failure. */
function problemOf(error: unknown): string | null {
  if (error instanceof ErrorResponse) {
    return NOBODY.has(error.error ?? "") ? null : (error.error_description ?? error.error ?? error.message);
  }
  // The way back was opened by itself, or twice.
  if (error instanceof Error && error.message.includes("No matching state")) return null;
  return error instanceof Error ? error.message : String(error);
}
