// The one interface to whoever signs people in. `oidc.ts` is for any OpenID Connect issuer.
import type { Role } from "./roles";

export interface Person {
  /** The token's `sub`. */
  subject: string;
  name: string;
  role: Role | null;
}

export type AuthState =
  | { is: "starting" }
  /** Nobody is signed in. `problem` says why a sign-in failed. */
  | { is: "signed out"; problem: string | null }
  | { is: "signed in"; person: Person }
  /** The session has ended while the page was open: what is on it stays, and goes on after a new sign-in. */
  | { is: "ended"; person: Person }
  | { is: "unreachable"; problem: string };

export interface Auth {
  state(): AuthState;
  /** Calls `listener` after each change of the state. Returns what ends that. */
  subscribe(listener: () => void): () => void;
  /** Find out who is signed in. It may leave the page for the issuer's, and come back. */
  start(): Promise<void>;
  /** Go to the issuer's page, and come back to this one. */
  signIn(): Promise<void>;
  /** Sign in again in a window of its own, after the session has ended. */
  signInAgain(): Promise<void>;
  signOut(): Promise<void>;
  /** A token that is good now. Renewed in silence; if the session has ended it comes once somebody has signed in again. */
  token(): Promise<string>;
  /** Say that the API did not take the token: the next one is another. */
  refused(token: string): void;
}
