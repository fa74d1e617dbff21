/** A person who signed in to the dashboard; their requests go upstream with their own token. */
export interface SignedIn {
  readonly username: string;
  readonly groups: readonly string[];
  readonly method: 'token' | 'oidc' | 'openshift' | 'bearer';
  /** Milliseconds since the epoch at which the sign-in ends; undefined where only the credential decides. */
  readonly until?: number;
  /** Tells the user's browsers apart: the same for every request with one sealed cookie. Not a secret. */
  readonly session: string;
  /**
   * Calls `act` when the user signs out.
   * @returns stops that
   */
  onSignOut?(act: () => void): () => void;
  /** The user's bearer token for the Kubernetes API. A function, so that no log prints it. */
  token(): string;
}

/** What sign-in/ gives to the pipeline and to rest/. */
export interface SignedInUsers {
  /**
   * Opens the sealed cookie.
   * @param cookieHeader the raw `Cookie` header
   * @returns undefined if there is none, or it is broken, old or expired
   */
  fromCookies(cookieHeader: string | undefined): SignedIn | undefined | Promise<SignedIn | undefined>;
  /** Ends the sign-in of this cookie, and whatever it has open. @returns who was signed in */
  signOut(cookieHeader: string | undefined): Promise<SignedIn | undefined>;
}

/** The injection token of SignedInUsers. Without a provider nobody can sign in. */
export const SIGNED_IN_USERS = Symbol('SignedInUsers');
