import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { CookieCheck } from '#libs/api/rest';
import { hasProbe } from '../grants/cookies.js';
import { Public } from '../http/access.js';
import { Operation } from '../http/operation.js';
import { CookieProbe } from './cookie-probe.js';

/** Public: pages ask before there is a credential that a cookie could hold. */
@ApiTags('Links')
@Public()
@Controller('api/v1/cookies')
export class CookiesController {
  constructor(private readonly probe: CookieProbe) {}

  @Operation({
    id: 'checkCookies',
    summary: 'Set a cookie, and tell whether it came back: ask twice to learn whether a browser keeps cookies',
    status: 200,
    answer: CookieCheck,
    refuses: [],
  })
  @Get()
  check(@Req() { headers }: Request, @Res({ passthrough: true }) response: Response): CookieCheck {
    response.setHeader('cache-control', 'no-store');
    response.append('set-cookie', this.probe.cookie(headers.host));
    return { kept: hasProbe(headers.cookie) };
  }
}
