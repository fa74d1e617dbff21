import { describe, expect, it } from 'vitest';
import { cluster } from './support/cluster.js';
import { run } from './support/kubectl.js';

const start = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  run(process.execPath, ['dist/apps/devcluster/main.js', ...args], { env: process.env });

describe('npm start', () => {
  it('on a data folder in use says so and exits with 1', async () => {
    const ran = await start('--data', cluster().data, '--port', '1024', '--https-port', '1025');
    expect(ran.code).toBe(1);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).toContain(cluster().data);
  });

  it('on a port in use says so and exits with 1', async () => {
    const port = new URL(cluster().url).port;
    const ran = await start('--data', `${cluster().data}-other`, '--port', port);
    expect(ran.code).toBe(1);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).toContain(port);
  });

  it.each([
    [['--cluster', 'moon'], '--cluster'],
    [['--port', 'x'], '--port'],
    [['--nonsense'], '--nonsense'],
  ])('with %j says what is wrong', async (args, part) => {
    const ran = await start(...args);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(part);
  });
});
