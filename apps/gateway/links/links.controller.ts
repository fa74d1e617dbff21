import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type LinkInfo } from '#libs/api';
import { Answers } from '../http/answers.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Public } from '../http/access.js';
import { Refusal } from '../http/refusal.js';
import { SigningKeys } from '../grants/signing-keys.js';
import { clientAddress } from '../http/client-address.js';
import { consoleOf, consolePage, readMachine, unquoted } from './link-target.js';
import { LinksService, type OpenedLink, type Visitor } from './links.service.js';

const LINK_SCHEMA = {
  type: 'object',
  required: ['code'],
  properties: { code: { type: 'string' }, redeem: { type: 'boolean' } },
};

/**
 * The links that guests open. `GET /l` and the console page are the guest's pages of the dashboard, served by web/: the
 * code stays in the fragment, and the page posts it here.
 */
@ApiTags('Links')
@Public()
@Controller()
export class LinksController {
  constructor(
    private readonly links: LinksService,
    private readonly answers: Answers,
    private readonly keys: SigningKeys,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  @ApiOperation({ summary: 'What a link is for; with redeem: true it also sets the cookie' })
  @ApiBody({ schema: LINK_SCHEMA })
  @HttpCode(200)
  @Post('l')
  async link(@Req() req: Request, @Body() body: unknown, @Res({ passthrough: true }) res: Response): Promise<LinkInfo> {
    res.setHeader('cache-control', 'no-store');
    const { code, redeem } = fieldsOf(body);
    const visitor = this.visitor(req);
    const link = await this.links.openCode(code, visitor);
    if (redeem === true) res.append('set-cookie', await this.links.redeem(link, visitor));
    return this.links.info(link.grant);
  }

  /** The links of the original system. A chat's preview opens them too: what works once is not used up by a GET. */
  @ApiExcludeEndpoint()
  @Get('auth/jwt/set')
  async setByGet(@Req() req: Request, @Query() query: Record<string, unknown>, @Res() res: Response): Promise<void> {
    const jwt = requireToken(query['token']);
    const machine = readMachine(query['name'], query['namespace']);
    const link = await this.links.openJwt(jwt, this.visitor(req));
    if (link.grant.singleUse && !link.held) return this.askFirst(res, jwt, machine);
    await this.go(req, res, link, jwt, machine);
  }

  @ApiExcludeEndpoint()
  @Post('auth/jwt/set')
  async setByPost(
    @Req() req: Request,
    @Query() query: Record<string, unknown>,
    @Body() body: unknown,
    @Res() res: Response,
  ): Promise<void> {
    const given = { ...query, ...fieldsOf(body) };
    const jwt = requireToken(given['token']);
    const machine = readMachine(given['name'], given['namespace']);
    await this.go(req, res, await this.links.openJwt(jwt, this.visitor(req)), jwt, machine);
  }

  /** Bookmarks of the original system. */
  @ApiExcludeEndpoint()
  @Get('noVNC/vnc_lite.html')
  bookmark(@Query('path') path: unknown, @Res() res: Response): void {
    const target = consoleOf(
      `/${typeof path === 'string' ? path : ''}`.replace(/^\/+k8s(?=\/)/, '').split('?', 1)[0] ?? '',
    );
    if (target === undefined) {
      throw new Refusal(400, 'This bookmark names no console.', 'Open the link that you were sent.');
    }
    res.redirect(302, consolePage(target, target.kind));
  }

  @ApiOperation({ summary: 'The public keys with which the tokens of this gateway are checked' })
  @Get('.well-known/jwks.json')
  jwks(@Res() res: Response): void {
    res.setHeader('cache-control', 'public, max-age=60');
    res.type('application/json').send(this.keys.jwks);
  }

  private askFirst(res: Response, token: string, machine: ReturnType<typeof readMachine>): void {
    const fields = machine === undefined ? { token } : { token, name: machine.vm, namespace: machine.namespace };
    this.answers.page(res, 200, {
      heading: machine === undefined ? 'Open this link' : `Console of ${machine.vm}`,
      lines: [
        'This link works once, in one browser.',
        'Open it here only if you want to use it on this device. You may reload the page and come back until its time is over.',
      ],
      form: { action: '/auth/jwt/set', button: 'Open the console', fields },
    });
  }

  private async go(
    req: Request,
    res: Response,
    link: OpenedLink,
    jwt: string,
    machine: ReturnType<typeof readMachine>,
  ): Promise<void> {
    const cookies = await this.links.redeem(link, this.visitor(req), jwt);
    res.append('set-cookie', cookies);
    res.setHeader('cache-control', 'no-store');
    // The address holds the token: the page that follows must not learn it.
    res.setHeader('referrer-policy', 'no-referrer');
    res.redirect(302, this.links.location(link.grant, machine));
  }

  private visitor({ headers, socket }: Request): Visitor {
    const address = clientAddress(socket.remoteAddress, headers['x-forwarded-for'], this.config.trustedHops);
    return { host: headers.host, cookies: headers.cookie, address };
  }
}

function fieldsOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
}

function requireToken(value: unknown): string {
  const token = unquoted(value);
  if (token !== undefined) return token;
  throw new Refusal(400, 'This link holds no token.', 'Check that it was copied whole.');
}
