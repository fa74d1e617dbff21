import { Controller, Get, Inject, type OnModuleInit, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Request, type Response } from 'express';
import { readLinkCode } from '#libs/api';
import { Answers } from '../http/answers.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Public } from '../http/access.js';
import { KubeNameParam } from '../http/kube-name.js';
import { nothingAt } from '../http/nothing-at.js';
import { framersOf } from '../http/security-headers.js';
import { contentSecurityPolicy } from './csp.js';

const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * Serves the built dashboard: index.html for signed-in users, guest.html for those who hold a link (the page reads the
 * code from the fragment, and its own address says which console to open).
 */
@ApiExcludeController()
@Public()
@Controller()
export class WebController implements OnModuleInit {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly answers: Answers,
  ) {}

  onModuleInit(): void {
    for (const name of ['index.html', 'guest.html']) {
      const file = join(this.config.webRoot, name);
      if (!existsSync(file)) throw new Error(`WEB_ROOT has no ${name} (${file}): build the dashboard first.`);
    }
  }

  @Get('l')
  landing(@Res() response: Response): void {
    this.guest(response);
  }

  /** Some mail programs and redirectors write the `#` of a link as `%23`. What follows goes back into the fragment. */
  @Get(['l%23:code', 'l/%23:code'])
  encoded(@Param('code') code: string, @Res() response: Response): void {
    response.setHeader('cache-control', 'no-store');
    response.redirect(302, `/l#${readLinkCode(code)}`);
  }

  @Get(['console/:ns/:vm', 'console/:ns/:vm/serial'])
  console(
    @Param('ns', KubeNameParam) _namespace: string,
    @Param('vm', KubeNameParam) _vm: string,
    @Res() response: Response,
  ): void {
    this.guest(response);
  }

  /** Names hold a hash of the content, so they can be kept forever. */
  @Get('assets/*path')
  asset(@Req() request: Request, @Res() response: Response): void {
    this.send(response, decodeURIComponent(request.path), { maxAge: YEAR_MS, immutable: true });
  }

  @Get(['favicon.svg', 'favicon.ico', 'robots.txt'])
  icon(@Req() request: Request, @Res() response: Response): void {
    this.send(response, request.path === '/favicon.ico' ? '/favicon.svg' : request.path, { maxAge: 3_600_000 });
  }

  @Get(['/', 'login', 'vms', 'vms/*path', 'links'])
  dashboard(@Res() response: Response): void {
    this.page(response, 'index.html', 'same-origin');
  }

  private guest(response: Response): void {
    // Its pages post with the cookie: no-referrer would make their Origin `null`.
    this.page(response, 'guest.html', 'same-origin');
  }

  private page(response: Response, name: string, referrer: string): void {
    const framers = framersOf(response.req.path, this.config);
    response.setHeader('content-security-policy', contentSecurityPolicy(this.config.publicUrls, framers));
    response.setHeader('referrer-policy', referrer);
    response.setHeader('cache-control', 'no-cache');
    this.send(response, `/${name}`, {});
  }

  private send(response: Response, path: string, options: { maxAge?: number; immutable?: boolean }): void {
    // express' sendFile refuses what leaves the root.
    const from = { root: this.config.webRoot, dotfiles: 'deny', cacheControl: options.maxAge !== undefined } as const;
    response.sendFile(path, { ...from, ...options }, (error) => {
      if (error === undefined || response.headersSent) return;
      this.answers.refuse(response.req, response, nothingAt(response.req));
    });
  }
}
