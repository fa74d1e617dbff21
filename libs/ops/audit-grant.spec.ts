import { expect, it } from 'vitest';
import { auditedGrant } from './audit-grant.js';

it('tells what a grant gives, and nothing that opens it', () => {
  const given = { vm: 'demo', duration: '1h', from: '2030-01-31T12:00:00Z', 'single-use': true, 'view-only': true };
  const rest = { 'link-hash': 'h', 'secret-name': 's', description: 'for bob', issuer: { username: 'ada' } };
  expect(auditedGrant({ ...given, ...rest })).toEqual(given);
  expect(auditedGrant({ urls: ['/version'], verbs: ['get'] })).toEqual({ urls: ['/version'], verbs: ['get'] });
});

it('has at most 10 URLs of 200 characters, and says how many more there are', () => {
  const urls = Array.from({ length: 500 }, (_, at) => `/${at}/${'x'.repeat(2000)}`);
  const told = auditedGrant({ urls, verbs: Array<string>(900).fill('v'.repeat(900)), duration: 'x'.repeat(9000) });
  expect(told).toMatchObject({ 'more-urls': 490 });
  expect(told.urls).toEqual(urls.slice(0, 10).map((url) => url.slice(0, 200)));
  expect(JSON.stringify(told).length).toBeLessThan(4000);
});

it.each([undefined, null, 7, 'x', [], [1], { vm: 7, urls: 'x', verbs: [7], duration: {}, 'view-only': 'yes' }])(
  'survives what is no grant: %j',
  (spec) => expect({ verbs: [], ...auditedGrant(spec) }).toEqual({ verbs: [] }),
);
