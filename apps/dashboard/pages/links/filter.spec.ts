import { describe, expect, it } from 'vitest';
import { type GateTokenView } from '#libs/api';
import { vmUrls } from '#libs/policy';
import { filterLinks, lastEnd, linkFilter, phaseNow } from './filter.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const link = (name: string, change: Partial<GateTokenView> = {}) =>
  ({
    name,
    namespace: 'ns',
    urls: [],
    created: '2026-11-24T10:00:00Z',
    description: '',
    phase: 'Ready',
    until: '2026-11-24T13:00:00Z',
    ...change,
  }) as GateTokenView;
const names = (links: GateTokenView[]) => links.map(({ name }) => name);

describe('phaseNow', () => {
  it('calls a link expired as soon as its time is over', () => {
    expect(phaseNow({ phase: 'Ready', until: '2026-11-24T11:59:59Z' }, NOW)).toBe('Expired');
    expect(phaseNow({ phase: 'Revoked', until: '2026-11-24T11:59:59Z' }, NOW)).toBe('Revoked');
    expect(phaseNow({ phase: 'Ready' }, NOW)).toBe('Ready');
  });
});

it('lastEnd changes only when a link ends, and gives every link the phase that it has now', () => {
  const ends = ['2026-11-24T11:00:00Z', '2026-11-24T11:59:59Z', '2026-11-24T12:00:30Z'];
  const links = ends.map((until, i) => link(String(i), { until }));
  const seen = Array.from({ length: 61 }, (_, second) => lastEnd(links, NOW + second * 1_000));
  expect(new Set(seen)).toEqual(new Set([ends[1], ends[2]].map((end = '') => Date.parse(end))));
  for (const [second, at] of seen.entries()) {
    const now = NOW + second * 1_000;
    expect(links.map((one) => phaseNow(one, at))).toEqual(links.map((one) => phaseNow(one, now)));
  }
});

describe('linkFilter', () => {
  it.each([
    ['Revoked', { text: 'a', phase: 'Revoked' }],
    ['', { text: 'a' }],
    ['constructor', { text: 'a' }],
  ])('the phase %j of an address', (phase, filter) => expect(linkFilter('a', phase)).toEqual(filter));
});

describe('filterLinks', () => {
  const links = [
    link('old', { created: '2026-11-23T10:00:00Z' }),
    link('gone', { phase: 'Revoked', created: '2026-11-24T11:00:00Z' }),
    link('new', { vm: 'demo', issuer: 'Ada' }),
  ];

  it('shows those that work first, then the newest', () =>
    expect(names(filterLinks(links, { text: '' }, NOW))).toEqual(['new', 'old', 'gone']));

  it('filters by phase and by every word', () => {
    expect(names(filterLinks(links, { text: '', phase: 'Revoked' }, NOW))).toEqual(['gone']);
    expect(names(filterLinks(links, { text: 'ADA demo' }, NOW))).toEqual(['new']);
    expect(filterLinks(links, { text: 'ada old' }, NOW)).toEqual([]);
  });

  it('finds a link by a VM that its urls name, and by a path of another kind', () => {
    const screen = link('screen', { urls: vmUrls('ns', 'demo') });
    const both = link('both', { urls: [...vmUrls('ns', 'first'), ...vmUrls('ns', 'demo')] });
    const all = [screen, both, link('pods', { urls: ['/api/v1/namespaces/ns/pods'] })];
    expect(names(filterLinks(all, { text: 'demo' }, NOW))).toEqual(['screen', 'both']);
    expect(names(filterLinks(all, { text: 'pods' }, NOW))).toEqual(['pods']);
    // What every console's URL contains is not what the table shows.
    expect(filterLinks(all, { text: 'virtualmachineinstances' }, NOW)).toEqual([]);
  });
});
