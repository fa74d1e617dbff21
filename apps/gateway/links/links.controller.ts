import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { JwkSet, LinkInfo, LinkRequest } from '#libs/api/rest';
import { SigningKeys } from '../grants/signing-keys.js';
import { AnyHost, Public } from '../http/access.js';
import { dto, malformed } from '../http/dto.js';
import { Operation } from '../http/operation.js';
import { LinkKeeper } from './link-keeper.js';
import { LinkOpener } from './link-opener.js';
import { VmStates } from '../vms/vm-states.js';
import { linkInfo } from './link-info.js';
import { Visitors } from './visitors.js';

class LinkBody extends dto(LinkRequest, malformed('Check that you copied the whole link.')) {}

/**
 * The links that guests open. `GET /l` and the console page are the guest's pages of the dashboard, served by web/: the
 * code stays in the fragment, and the page posts it here.
 */
@ApiTags('Links')
@Public()
@Controller()
export class LinksController {
  constructor(
    private readonly opener: LinkOpener,
    private readonly keeper: LinkKeeper,
    private readonly visitors: Visitors,
    private readonly vms: VmStates,
    private readonly keys: SigningKeys,
  ) {}

  @Operation({
    id: 'openLink',
    summary: 'Show what a link is for; with redeem: true, also redeem it and set the cookie',
    body: LinkBody,
    examples: { look: { summary: 'The code of your link', value: { code: 'replace-with-your-code' } } },
    status: 200,
    answer: LinkInfo,
    refuses: [400, 401, 403, 410, 425, 429],
  })
  @Post('l')
  async open(
    @Req() req: Request,
    @Body() { code, redeem, 'check-cookies': checkCookies }: LinkBody,
    @Res({ passthrough: true }) res: Response,
  ): Promise<LinkInfo> {
    res.setHeader('cache-control', 'no-store');
    const { grant } = await this.opener.byCode(code, req.headers.cookie);
    if (redeem === true) {
      res.append('set-cookie', await this.keeper.keep(grant, this.visitors.of(req), { checkCookies }));
    }
    return linkInfo(grant, this.vms);
  }

  @Operation({
    id: 'getPublicKeys',
    summary: 'Get the public keys that verify the tokens of this gateway',
    status: 200,
    answer: JwkSet,
    refuses: [],
  })
  @AnyHost()
  @Get('.well-known/jwks.json')
  jwks(@Res() res: Response): void {
    res.setHeader('cache-control', 'public, max-age=60');
    res.type('application/json').send(this.keys.jwks);
  }
}
