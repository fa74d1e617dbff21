import { createHash } from 'node:crypto';

/** The one style of every page that the gateway renders itself; small, responsive, follows the system's colours. */
const STYLE = `
:root{color-scheme:light dark;--bg:#f2f2f2;--card:#fff;--text:#1f1f1f;--soft:#4d4d4d;--line:#d2d2d2;--accent:#0066cc;--on:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#151515;--card:#242424;--text:#f2f2f2;--soft:#c7c7c7;--line:#4d4d4d;--accent:#92c5f9;--on:#151515}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--bg);color:var(--text);font:1rem/1.55 "Red Hat Text",system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:32rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;font-weight:600}
p{margin:0 0 .75rem}
.soft{color:var(--soft)}
.small{font-size:.875rem;margin:1.25rem 0 0}
button,.button{display:inline-block;margin-top:.5rem;padding:.75rem 1.5rem;min-height:2.75rem;border:0;border-radius:999px;background:var(--accent);color:var(--on);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
button:focus-visible,.button:focus-visible{outline:3px solid var(--text);outline-offset:2px}
@media (max-width:30rem){main{padding:1.5rem}button,.button{width:100%;text-align:center}}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export interface Page {
  /** Also the title of the document. */
  heading: string;
  /** Paragraphs, plain text: they are escaped. The first is what happened, the others what to do. */
  lines: string[];
  /** A form that posts to this host: one button. Values are escaped. */
  form?: { action: string; button: string; fields: Record<string, string> };
  link?: { href: string; text: string };
  /** Small print: a status, an id. */
  note?: string;
}

/** A browser's navigation accepts text/html; fetch, curl and kubectl do not ask for it. */
export function wantsHtml(accept: string | undefined): boolean {
  return accept !== undefined && /\btext\/html\b/i.test(accept);
}

/** @returns a complete HTML document */
export function renderPage(page: Page): string {
  const [first = '', ...rest] = page.lines.filter((line) => line !== '');
  const parts = [
    `<h1>${escapeHtml(page.heading)}</h1>`,
    `<p>${escapeHtml(first)}</p>`,
    ...rest.map((line) => `<p class="soft">${escapeHtml(line)}</p>`),
    page.form === undefined ? '' : renderForm(page.form),
    page.link === undefined
      ? ''
      : `<a class="button" href="${escapeHtml(page.link.href)}">${escapeHtml(page.link.text)}</a>`,
    page.note === undefined ? '' : `<p class="soft small">${escapeHtml(page.note)}</p>`,
  ];
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">' +
    `<title>${escapeHtml(page.heading)}</title><style>${STYLE}</style></head>` +
    `<body><main>${parts.join('')}</main></body></html>`
  );
}

function renderForm(form: NonNullable<Page['form']>): string {
  const fields = Object.entries(form.fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  return `<form method="post" action="${escapeHtml(form.action)}">${fields.join('')}<button type="submit">${escapeHtml(form.button)}</button></form>`;
}

/**
 * Headers of such a page besides those of every page. A page that posts needs the referrer policy `same-origin`: with
 * `no-referrer` browsers send `Origin: null`, which the gateway refuses.
 * @param framers sources of frame-ancestors
 * @param sandboxed as every answer under /k8s (security.md row 17)
 */
export function pageHeaders(page: Page, framers: string, sandboxed: boolean): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `${sandboxed ? 'sandbox; ' : ''}default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors ${framers}`,
    'referrer-policy': page.form === undefined ? 'no-referrer' : 'same-origin',
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
