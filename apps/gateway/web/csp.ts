/** The page of swagger-ui: its scripts are files of this host, its styles and icons stand in the page. Never framed. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What the pages of the dashboard may load. Styles may be inline: PatternFly and noVNC set style attributes. Scripts come
 * from this host alone.
 * @param framers sources of frame-ancestors
 */
export function contentSecurityPolicy(publicUrls: readonly URL[], framers: string): string {
  // Safari before 15.4 does not count wss: of the own host as 'self'.
  const sockets = publicUrls.map((url) => `${url.protocol === 'https:' ? 'wss' : 'ws'}://${url.host}`);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ${sockets.join(' ')}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${framers}`,
  ].join('; ');
}
