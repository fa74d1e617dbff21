import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { LinkInfo } from '#libs/api/rest';
import { HeldGrants } from '../access/held-grants.js';
import { type PresentedGrants } from '../grants/grant-reader.js';
import { ForGuests } from '../http/access.js';
import { Operation } from '../http/operation.js';
import { VmStates } from '../vms/vm-states.js';
import { linkInfo } from './link-info.js';
import { LinkOpener } from './link-opener.js';

/** The links that a browser has redeemed: the page that lists what one opens asks for it. */
@ApiTags('Grant')
@ForGuests()
@Controller('api/v1/grants')
export class HeldLinksController {
  constructor(
    private readonly opener: LinkOpener,
    private readonly vms: VmStates,
  ) {}

  @Operation({
    id: 'getHeldGrant',
    summary: 'For a guest: show what a grant that they hold opens',
    status: 200,
    answer: LinkInfo,
    refuses: [401, 403, 404, 410, 425],
  })
  @Get(':uid')
  async get(@HeldGrants() held: PresentedGrants, @Param('uid') uid: string): Promise<LinkInfo> {
    return linkInfo(await this.opener.held(held, uid), this.vms);
  }
}
