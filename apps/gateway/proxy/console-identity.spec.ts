import { describe, expect, it } from 'vitest';
import { GrantError } from '../grants/grant-error.js';
import { Refusal } from '../http/refusal.js';
import { VNC } from '../testing/gateway.js';
import { ask, eve, grantFor, pipelineWhere } from '../testing/pipeline.js';
import { type Pipeline } from './pipeline.js';

const own = [VNC.slice('/k8s'.length)];
const full = grantFor(own, { name: 'full' });
const view = grantFor(own, { name: 'view', viewOnly: true });
const elsewhere = grantFor([own[0]?.replace('demo', 'another') ?? ''], { name: 'elsewhere' });

const HELD = {
  'no link': {},
  'a link': { grants: [full] },
  'a view-only link': { grants: [view] },
  'a view-only link and a link': { grants: [view, full] },
  'an expired link': { faults: [new GrantError('expired')] },
  'a revoked link': { faults: [new GrantError('revoked')] },
  'a link for another VM': { grants: [elsewhere] },
};

const says = (code: 401 | 403 | 503) => () => Promise.reject(new Refusal(code, `Kubernetes says ${code}.`));
const USERS = {
  nobody: {},
  'a user who may': { users: eve },
  'a user who may not': { users: eve, rights: says(403) },
  'a user whom the cluster no longer knows': { users: eve, rights: says(401) },
  'a user of whom the cluster cannot be asked': { users: eve, rights: says(503) },
};

/** @returns who opens the console: `user`, the name of a grant, or the refusal */
async function opens(pipeline: Pipeline, query: string): Promise<string> {
  const verdict = await pipeline.authorize(ask(VNC + query, { upgrade: true }));
  if (!verdict.allow) return `${verdict.refusal.code} ${verdict.refusal.message}`;
  const { credential } = verdict;
  return credential.kind === 'user' ? 'user' : credential.presented.grant.name;
}

const NO_LINK = '401 No link was opened in this browser.';
const NOT_SIGNED_IN = '401 You are not signed in.';
const NOT_GRANTED = '403 This link does not allow this path.';

/** By what is held: who opens the console by a link, where the address says so. */
const BY_LINK: Record<keyof typeof HELD, string> = {
  'no link': NO_LINK,
  'a link': 'full',
  'a view-only link': 'view',
  'a view-only link and a link': 'full',
  'an expired link': '401 The link has expired.',
  'a revoked link': '401 The link was revoked.',
  'a link for another VM': NOT_GRANTED,
};

/** Where the address says `user`. */
const BY_USER: Record<keyof typeof USERS, string> = {
  nobody: NOT_SIGNED_IN,
  'a user who may': 'user',
  'a user who may not': '403 Kubernetes says 403.',
  'a user whom the cluster no longer knows': '401 Kubernetes says 401.',
  'a user of whom the cluster cannot be asked': '503 Kubernetes says 503.',
};

/** Where the address says nothing: the user if they may; a link if it opens the console; else what is said of the user. */
function byItself(who: keyof typeof USERS, held: keyof typeof HELD): string {
  const link = BY_LINK[held];
  if (who === 'nobody') return link === NO_LINK ? '401 No link or sign-in was presented.' : link;
  const isSettled = who === 'a user who may' || who === 'a user of whom the cluster cannot be asked';
  return !isSettled && ['full', 'view'].includes(link) ? link : BY_USER[who];
}

const cases = Object.keys(USERS).flatMap((who) =>
  Object.keys(HELD).map((held) => [who, held] as [keyof typeof USERS, keyof typeof HELD]),
);

describe.each(cases)('%s, with %s, opens a console', (who, held) => {
  const pipeline = pipelineWhere({ ...USERS[who], ...HELD[held] });

  it('as the one with more rights on it', async () => {
    expect(await opens(pipeline, '')).toBe(byItself(who, held));
    expect(await opens(pipeline, '?tab=x&takeover=true')).toBe(byItself(who, held));
  });

  it('as the user, where they chose to', async () => {
    expect(await opens(pipeline, '?as=user')).toBe(BY_USER[who]);
    expect(await opens(pipeline, '?tab=x&%61s=%75ser')).toBe(BY_USER[who]);
  });

  it('with a link, where they chose to', async () => {
    expect(await opens(pipeline, '?as=link')).toBe(BY_LINK[held]);
  });
});

describe('the parameter "as"', () => {
  const pipeline = pipelineWhere({ users: eve, grants: [full] });

  it.each(['?as=', '?as', '?as=root', '?as=User', '?as=user%20', '?as=root&as=user', '?as=user&as=link'])(
    '%s is refused: who was meant is unknown',
    async (query) => {
      expect(await opens(pipeline, query)).toBe('400 The parameter "as" of a console must be "user" or "link".');
    },
  );

  it('finds no user where a token was presented', async () => {
    const script = pipelineWhere({ users: eve, grants: [full], bearer: true });
    expect(await opens(script, '?as=user')).toBe(NOT_SIGNED_IN);
    expect(await opens(script, '?as=link')).toBe('full');
    expect(await opens(script, '')).toBe('full');
  });

  it('belongs to consoles alone: other requests keep their query', async () => {
    const url = '/k8s/api/v1/namespaces/ns/services/web/proxy?as=root';
    const verdict = await pipelineWhere({ users: eve }).authorize(ask(url, { upgrade: true }));
    expect(verdict).toMatchObject({ allow: true, request: { query: 'as=root' } });
  });

  it('does not excuse the request from naming its site', async () => {
    const headers = { origin: 'https://evil.example.com' };
    const verdict = await pipeline.authorize(ask(`${VNC}?as=user`, { upgrade: true, headers }));
    expect(verdict).toMatchObject({ allow: false, refusal: { code: 403 } });
  });
});
