import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import { randomBytes } from 'node:crypto';
import { type Request, type Response } from 'express';
import { LoginRequest, SessionInfo } from '#libs/api/rest';
import { UserClients } from '#libs/kube';
import { Clock } from '#libs/ops';
import { Answers } from '../http/answers.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Audited } from '../http/audited.js';
import { dto, malformed } from '../http/dto.js';
import { Operation } from '../http/operation.js';
import { Public } from '../http/access.js';
import { Refusal } from '../http/refusal.js';
import { RequestLog } from '../http/request-log.js';
import { cookieStyle } from '../grants/cookies.js';
import { expiryOf, whoIs } from './review.js';
import { SealedCookie, TooLargeForCookie } from './sealed-cookie.js';
import { SIGNED_IN_USERS, type SignedInUsers } from './signed-in-users.js';
import { clearSignIn, setSignIn } from './set-cookie.js';

/** A working day; a token that ends earlier ends the sign-in earlier. */
const LONGEST_MS = 12 * 3_600_000;

/** `Sec-Fetch-Site` of a link of our own pages, and of what a person typed or has as a bookmark (Fetch Metadata). */
const OWN_WAYS = new Set(['same-origin', 'none']);

class LoginBody extends dto(LoginRequest, malformed('Paste the whole token, without line breaks.')) {}

@ApiTags('Session')
@Public()
@Controller()
export class SignInController {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clients: UserClients,
    private readonly cookie: SealedCookie,
    @Inject(SIGNED_IN_USERS) private readonly users: SignedInUsers,
    private readonly answers: Answers,
    private readonly log: RequestLog,
    private readonly clock: Clock,
  ) {}

  @Operation({
    id: 'login',
    summary: 'Sign in with a Kubernetes token and set the cookie of the dashboard',
    body: LoginBody,
    examples: { token: { summary: 'Your token', value: { token: 'YOUR-KUBERNETES-TOKEN' } } },
    status: 200,
    answer: SessionInfo,
    refuses: [400, 401, 403, 429],
  })
  @Audited({ audit: 'sign-in', verb: 'sign-in', told: ({ username }: SessionInfo) => ({ user: username }) })
  @Post('login')
  async login(
    @Req() request: Request,
    @Body() { token }: LoginBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionInfo> {
    const identity = await whoIs(this.clients, token);
    const until = Math.min(this.clock.now() + LONGEST_MS, expiryOf(token) ?? Infinity);
    const session = randomBytes(16).toString('base64url');
    const sealed = await this.cookie.seal({ token, ...identity, method: 'token', until, session }).catch(tooLarge);
    const { secure } = cookieStyle(request.headers.host, this.config.publicUrls, []);
    setSignIn(response, sealed, until, secure);
    return { ...identity, method: 'token', until: new Date(until).toISOString(), namespace: this.config.namespace };
  }

  /** Sign-in by OpenID Connect or OpenShift is not configured: people paste a token at /login. */
  @ApiExcludeEndpoint()
  @Get('auth/login')
  begin(@Res() response: Response): void {
    response.redirect(302, '/login');
  }

  @ApiExcludeEndpoint()
  @Get('auth/callback')
  callback(): never {
    throw new Refusal(404, 'This gateway is not set up for sign-in with an identity provider.', 'Sign in at /login.');
  }

  /**
   * The dashboard links here, and people type it. A link from another site, or a browser that does not say
   * where it comes from, gets a page that asks first: a stranger's link signs nobody out.
   */
  @ApiExcludeEndpoint()
  @Get('auth/logout')
  async leave(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (OWN_WAYS.has(String(request.headers['sec-fetch-site']))) return this.signOut(request, response);
    this.answers.page(response, 200, {
      heading: 'Sign out?',
      lines: ['You are still signed in.', 'Another page may have led you here: press the button to sign out.'],
      form: { action: '/auth/logout', button: 'Sign out', fields: {} },
    });
  }

  @ApiExcludeEndpoint()
  @Post('auth/logout')
  logout(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.signOut(request, response);
  }

  private async signOut(request: Request, response: Response): Promise<void> {
    const left = await this.users.signOut(request.headers.cookie);
    if (left !== undefined) this.log.signedOut(request, left.username);
    clearSignIn(response);
    response.redirect(303, '/login');
  }
}

function tooLarge(error: unknown): never {
  if (!(error instanceof TooLargeForCookie)) throw error;
  throw new Refusal(
    400,
    'This token is too long for a browser sign-in.',
    'Use a shorter one, for example from `kubectl create token NAME`.',
  );
}
