import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { type Request } from 'express';
import { UserClients } from '#libs/kube';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { bearerToken, GrantReader } from '../grants/grant-reader.js';
import { type Access, accessOf, isAskedByPages, isForAnyHost } from '../http/access.js';
import { refuseForeignOrigin } from '../http/origin.js';
import { foreignHost } from '../http/public-url.js';
import { Refusal } from '../http/refusal.js';
import { RequestLog } from '../http/request-log.js';
import { SIGNED_IN_USERS, type SignedIn, type SignedInUsers } from '../sign-in/signed-in-users.js';
import { SIGN_IN_COOKIE } from '../sign-in/sealed-cookie.js';
import { setGrants } from './held-grants.js';
import { setUser } from './user.js';
import { UserNames } from './user-names.js';

const NO_CREDENTIAL = { rule: 'no-credential' };
/** Nothing in the request even claims to be a credential. */
const MERE_QUESTION = { ...NO_CREDENTIAL, unaudited: true };
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Default deny for every route of Nest: a request needs a credential unless its route says otherwise (`@Public()`).
 * Another site must not have made it, nor a browser at an address where nothing else would work. What the credential is
 * good for, Kubernetes or the handler judges. What is below /k8s never comes here: its doors stand ahead of Nest and have
 * a pipeline of their own.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #origins: ReadonlySet<string>;

  constructor(
    private readonly clients: UserClients,
    private readonly grants: GrantReader,
    private readonly log: RequestLog,
    private readonly names: UserNames,
    @Inject(SIGNED_IN_USERS) private readonly users: SignedInUsers,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {
    this.#origins = new Set(config.publicUrls.map((url) => url.origin));
  }

  /** @throws Refusal 421 at another address, 403 for another site, 401 without a credential */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const access = accessOf(context);
    const foreign = isForAnyHost(context) ? undefined : foreignHost(request, this.config);
    if (foreign !== undefined) throw foreign;
    this.requireOwnOrigin(request, access);
    const isQuestion = isAskedByPages(context) && request.headers.authorization === undefined;
    if (access === 'guest') await this.requireGrant(request, isQuestion);
    else if (access !== 'public') await this.requireUser(request, access, isQuestion);
    return true;
  }

  /**
   * The rule of the pipeline (security.md row 6). A public page may be opened from anywhere. Only `Bearer` counts as a
   * credential that no other site can make a browser send (it sends `Basic` by itself), and only where the route takes it.
   */
  private requireOwnOrigin({ method, headers }: Request, access: Access): void {
    const isPublic = access === 'public';
    if (isPublic && SAFE_METHODS.has(method)) return;
    const bearer = !isPublic && bearerToken(headers.authorization) !== undefined;
    refuseForeignOrigin({ method, headers, upgrade: false, bearer }, this.#origins);
  }

  /** Where a bearer token is present it alone counts: it has excused the request from naming its origin. */
  private async requireUser(request: Request, access: Access, isQuestion: boolean): Promise<void> {
    const { authorization, cookie } = request.headers;
    const bearer = bearerToken(authorization);
    const byCookie = access === 'user' && bearer === undefined ? await this.users.fromCookies(cookie) : undefined;
    const user = bearer === undefined ? byCookie : byToken(bearer);
    if (user === undefined) {
      throw access === 'user' ? notSignedIn(isQuestion && cookie?.includes(SIGN_IN_COOKIE) !== true) : noToken();
    }
    setUser(request, user, this.clients);
    this.log.identify(request, (isDone) => this.names.of(user, isDone));
  }

  private async requireGrant(request: Request, isQuestion: boolean): Promise<void> {
    const held = await this.grants.read(request.headers);
    if (held.grants.length === 0 && held.faults.length === 0) throw noLink(isQuestion);
    setGrants(request, held);
  }
}

/** The guard does not ask whose token it is: the cluster judges every request. */
function byToken(token: string): SignedIn | undefined {
  if (!/^[\x21-\x7e]+$/.test(token)) return undefined;
  const session = createHash('sha256').update(token).digest('base64url');
  return { username: '', groups: [], method: 'bearer', session, token: () => token };
}

function notSignedIn(isQuestion: boolean): Refusal {
  return new Refusal(
    401,
    'You are not signed in.',
    'Sign in at /login, or send a Kubernetes token as a bearer token.',
    isQuestion ? MERE_QUESTION : NO_CREDENTIAL,
  );
}

function noToken(): Refusal {
  return new Refusal(
    401,
    'A Kubernetes token is required.',
    'Send it as `Authorization: Bearer TOKEN`.',
    NO_CREDENTIAL,
  );
}

function noLink(isQuestion: boolean): Refusal {
  return new Refusal(
    401,
    'No link was opened in this browser.',
    'Open the link you received, or sign in.',
    isQuestion ? MERE_QUESTION : NO_CREDENTIAL,
  );
}
