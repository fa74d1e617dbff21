import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { readLinkCode } from '#libs/api';
import { Answers } from '../http/answers.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Public } from '../http/access.js';
import { KubeNameParam } from '../http/kube-name.js';
import { nothingAt } from '../http/nothing-at.js';
import { framersOf } from '../http/security-headers.js';
import { contentSecurityPolicy } from './csp.js';
import { Files } from './files.js';
import { preloaded, questionsOf, questionsOfList } from './questions.js';

const HOUR_S = 3600;
const YEAR_S = 365 * 24 * HOUR_S;

/** The pages of the built dashboard. */
const PAGES = {
  list: 'index.html',
  vm: 'vm.html',
  links: 'links.html',
  login: 'login.html',
  landing: 'landing.html',
  screen: 'screen.html',
  serial: 'serial.html',
} as const;

/**
 * Serves the built dashboard: pages for signed-in users, and those for people who hold a link (the landing page reads the
 * code from the fragment, and a console's own address says which one to open).
 */
@ApiExcludeController()
@Public()
@Controller()
export class WebController {
  private readonly files: Files;

  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly answers: Answers,
  ) {
    this.files = new Files(config.webRoot, Object.values(PAGES));
  }

  @Get('l')
  landing(@Res() response: Response): void {
    this.page(response, PAGES.landing);
  }

  /** Some mail programs and redirectors write the `#` of a link as `%23`. What follows goes back into the fragment. */
  @Get(['l%23:code', 'l/%23:code'])
  encoded(@Param('code') code: string, @Res() response: Response): void {
    response.setHeader('cache-control', 'no-store');
    response.redirect(302, `/l#${readLinkCode(code)}`);
  }

  @Get('console/:ns/:vm')
  screen(
    @Param('ns', KubeNameParam) namespace: string,
    @Param('vm', KubeNameParam) vm: string,
    @Res() response: Response,
  ): void {
    this.page(response, PAGES.screen, questionsOf({ namespace, vm, kind: 'vnc' }));
  }

  @Get('console/:ns/:vm/serial')
  serial(
    @Param('ns', KubeNameParam) namespace: string,
    @Param('vm', KubeNameParam) vm: string,
    @Res() response: Response,
  ): void {
    this.page(response, PAGES.serial, questionsOf({ namespace, vm, kind: 'serial' }));
  }

  /** Names hold a hash of the content, so they can be kept forever. */
  @Get('assets/*path')
  asset(@Req() request: Request, @Res() response: Response): void {
    this.send(response, decodeURIComponent(request.path).slice(1), `public, max-age=${YEAR_S}, immutable`);
  }

  @Get(['favicon.svg', 'favicon.ico', 'robots.txt'])
  icon(@Req() request: Request, @Res() response: Response): void {
    const name = request.path === '/favicon.ico' ? 'favicon.svg' : request.path.slice(1);
    this.send(response, name, `public, max-age=${HOUR_S}`);
  }

  @Get('login')
  login(@Res() response: Response): void {
    this.page(response, PAGES.login);
  }

  @Get(['/', 'vms'])
  list(@Query('namespace') namespace: unknown, @Res() response: Response): void {
    this.page(response, PAGES.list, questionsOfList(namespace, 'vms'));
  }

  @Get('vms/*path')
  vm(@Query('namespace') namespace: unknown, @Res() response: Response): void {
    this.page(response, PAGES.vm, questionsOfList(namespace, 'vms'));
  }

  @Get('links')
  links(@Query('namespace') namespace: unknown, @Res() response: Response): void {
    this.page(response, PAGES.links, questionsOfList(namespace, 'gatetokens'));
  }

  /** @param questions what its scripts will ask of the API: the browser asks as soon as it has this answer's head */
  private page(response: Response, name: string, questions: readonly string[] = []): void {
    const framers = framersOf(response.req.path, this.config);
    response.setHeader('content-security-policy', contentSecurityPolicy(this.config.publicUrls, framers));
    // Pages post with the cookie: no-referrer would make their Origin `null`.
    response.setHeader('referrer-policy', 'same-origin');
    if (questions.length > 0) response.setHeader('link', questions.map(preloaded));
    this.send(response, name, 'no-cache');
  }

  private send(response: Response, name: string, cacheControl: string): void {
    const file = this.files.find(name, response.req);
    if (file === undefined) return this.answers.refuse(response.req, response, nothingAt(response.req));
    response.set({ ...file.headers, 'cache-control': cacheControl });
    const sent = { root: this.config.webRoot, dotfiles: 'deny', cacheControl: false, lastModified: false } as const;
    response.sendFile(file.path, sent, (error) => {
      if (error === undefined || response.headersSent) return;
      this.answers.refuse(response.req, response, nothingAt(response.req));
    });
  }
}
