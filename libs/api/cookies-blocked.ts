/** What the gateway and its pages say where a browser does not keep the cookies of this site. */
export const COOKIES_BLOCKED = {
  reason: 'CookiesBlocked',
  title: 'This browser blocks cookies',
  message: 'Links and sign-ins need cookies, which this browser does not accept from this site.',
  unused: 'The link has not been used.',
  hint: 'Allow cookies for this site and try again, or use another browser.',
} as const;
