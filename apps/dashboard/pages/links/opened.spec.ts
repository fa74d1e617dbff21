import { expect, it } from 'vitest';
import { vmUrls } from '#libs/policy';
import { type Opened, openedBy } from './opened.js';

const opens = (vms: string[], urls: string[] = []): Opened => ({
  vms: vms.map((vm) => ({ namespace: 'ns', vm })),
  urls,
});
const [screen = '', serial = ''] = vmUrls('ns', 'demo');

it.each<[string, { vm?: string; urls: string[] }, Opened]>([
  ['vm', { vm: 'demo', urls: [] }, opens(['demo'])],
  ['vm, and the urls that it stands for', { vm: 'demo', urls: [screen, serial] }, opens(['demo'])],
  ['one url, as the dashboard writes for one console', { urls: [screen] }, opens(['demo'])],
  ['several VMs', { urls: [...vmUrls('ns', 'other'), screen] }, opens(['other', 'demo'])],
  ['a VM and something else', { urls: ['/version', serial] }, opens(['demo'], ['/version'])],
  [
    'several VMs in one url',
    { urls: [screen.replace('demo/vnc', 'd*')] },
    opens([], [screen.replace('demo/vnc', 'd*')]),
  ],
  ['nothing', { urls: [] }, opens([])],
])('%s', (_name, link, opened) => {
  expect(openedBy({ namespace: 'ns', ...link })).toEqual(opened);
});

it('a VM of another namespace keeps its namespace', () => {
  expect(openedBy({ namespace: 'ns', urls: vmUrls('other', 'demo') }).vms).toEqual([
    { namespace: 'other', vm: 'demo' },
  ]);
});
