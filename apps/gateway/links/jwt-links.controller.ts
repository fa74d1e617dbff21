import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { consolesOf } from '#libs/policy';
import { type ActiveGrant } from '../grants/active-grant.js';
import { Public } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { Bookmark } from './bookmark.js';
import { CookieProbe } from './cookie-probe.js';
import { JwtLink } from './jwt-link.js';
import { consolePage, locationOf } from './link-target.js';
import { LinkOpener, type OpenedLink } from './link-opener.js';
import { LinkKeeper } from './link-keeper.js';
import { Visitors } from './visitors.js';

/** The links and bookmarks of the original system: they carry a JWT in the address. */
@ApiExcludeController()
@Public()
@Controller()
export class JwtLinksController {
  constructor(
    private readonly opener: LinkOpener,
    private readonly keeper: LinkKeeper,
    private readonly visitors: Visitors,
    private readonly answers: Answers,
    private readonly probe: CookieProbe,
  ) {}

  /** A chat's link preview opens it too, so a GET does not use up a single-use link. */
  @Get('auth/jwt/set')
  async setByGet(@Req() req: Request, @Query() read: JwtLink, @Res() res: Response): Promise<void> {
    const link = await this.opener.byJwt(read.jwt, req.headers.cookie);
    if (link.grant.singleUse && !link.held) return this.askFirst(res, link.grant, read);
    await this.go(req, res, link, read);
  }

  @Post('auth/jwt/set')
  async setByPost(
    @Req() req: Request,
    @Query() query: object,
    @Body() body: unknown,
    @Res() res: Response,
  ): Promise<void> {
    const read = JwtLink.parse({ ...query, ...(typeof body === 'object' ? body : {}) });
    await this.go(req, res, await this.opener.byJwt(read.jwt, req.headers.cookie), read);
  }

  @Get('noVNC/vnc_lite.html')
  bookmark(@Query() target: Bookmark, @Res() res: Response): void {
    res.redirect(302, consolePage(target, target.kind));
  }

  private askFirst(res: Response, { policy }: ActiveGrant, { jwt: token, machine }: JwtLink): void {
    res.append('set-cookie', this.probe.cookie(res.req.headers.host));
    const [only, ...more] = machine === undefined ? consolesOf(policy).map(({ vm }) => vm) : [machine.vm];
    const isOne = only !== undefined && more.length === 0;
    this.answers.page(res, 200, {
      heading: isOne ? `Console of ${only}` : 'Open this link',
      lines: [
        'This link works only once, in one browser.',
        only !== undefined && !isOne
          ? `It opens the consoles of these virtual machines: ${[only, ...more].join(', ')}.`
          : '',
        'Open it here only if you want to use it on this device. You can reload the page and come back until the link expires.',
      ],
      form: {
        action: '/auth/jwt/set',
        button: isOne ? 'Open the console' : 'Open the link',
        fields: {
          token,
          ...(machine && { name: machine.vm, namespace: machine.namespace }),
          'check-cookies': 'true',
        },
      },
    });
  }

  private async go(req: Request, res: Response, link: OpenedLink, read: JwtLink): Promise<void> {
    res.append('set-cookie', await this.keeper.keep(link.grant, this.visitors.of(req), read));
    res.setHeader('cache-control', 'no-store');
    // The address contains the token: the next page must not see it.
    res.setHeader('referrer-policy', 'no-referrer');
    res.redirect(302, locationOf(link.grant, read.machine));
  }
}
