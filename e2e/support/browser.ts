import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
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
  const { route, httpsPort, chromium: executablePath } = cluster();
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath,
    args: [...ARGS, ...sandbox, `--host-resolver-rules=MAP ${route}:443 127.0.0.1:${httpsPort}`],
  });
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
