import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type LaunchOptions, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { cluster } from './cluster.js';

/** Chromium's own start-up traffic is off: the tests talk to loopback alone. */
const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * One headless browser. The gateway's host name resolves to loopback, and port 443 of it to the port on which the
 * cluster's ingress listens, as a person's browser would be told where 443 cannot be bound.
 */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/**
 * A browser for the tests around the call, whose pages are closed after each test.
 * @returns what opens a page in a fresh profile
 */
export function useBrowser(): () => Promise<Page> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
  });
  return async () => (await freshProfile(browser)).newPage();
}

/** A browser whose settings block all cookies. */
export async function launchWithoutCookies(): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'kube-gateway-profile-'));
  mkdirSync(join(profile, 'Default'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, { ...launchOptions(), ignoreHTTPSErrors: true });
  // Chromium may write for a moment after it said that it closed.
  const remove = () => rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  context.once('close', remove);
  return context;
}

function launchOptions(): LaunchOptions {
  const { route, httpsPort, chromium: executablePath } = cluster();
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const resolve = `--host-resolver-rules=MAP ${route}:443 127.0.0.1:${httpsPort}`;
  return { executablePath, args: [...ARGS, ...sandbox, resolve] };
}

/** A fresh profile: no cookies, no credentials. Self-made certificates are accepted. */
export async function freshProfile(
  browser: Browser,
  options: { width?: number; height?: number } = {},
): Promise<BrowserContext> {
  return browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
  });
}

/** Errors that a page threw or logged: a finished page has none. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  return errors;
}
