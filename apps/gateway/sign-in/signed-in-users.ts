/** A person who signed in to the dashboard; her requests go upstream with her own token. */
export interface SignedIn {
  readonly username: string;
  readonly groups: readonly string[];
  readonly method: 'token' | 'oidc' | 'openshift' | 'bearer';
  /** Milliseconds since the epoch at which the sign-in ends; undefined where only the credential decides. */
  readonly until?: number;
  /** Tells her browsers apart: the same value for every request with one sealed cookie. No secret. */
  readonly session: string;
  /**
   * Calls `act` when she signs out.
   * @returns stops that
   */
  onSignOut?(act: () => void): () => void;
  /** Her bearer token for the Kubernetes API. A function, so that no log prints it. */
  token(): string;
}

/** What sign-in/ gives to the pipeline and to rest/. */
export interface SignedInUsers {
  /**
   * Opens the sealed cookie.
   * @param cookieHeader the raw `Cookie` header
   * @returns undefined where there is none, or one that is broken, old or ended
   */
  fromCookies(cookieHeader: string | undefined): SignedIn | undefined | Promise<SignedIn | undefined>;
  /** Ends the sign-in of this cookie, and tells what goes on by it. */
  signOut(cookieHeader: string | undefined): Promise<void>;
}

/** The injection token of SignedInUsers. Where nobody provides it, nobody can sign in. */
export const SIGNED_IN_USERS = Symbol('SignedInUsers');
