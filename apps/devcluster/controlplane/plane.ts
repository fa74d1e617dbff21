import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, type ProbeTls } from '../process/answers.js';
import { nativeProgram } from '../process/child.js';
import { freePort } from '../process/free-port.js';
import { type Program, Supervised } from '../process/supervised.js';
import { type Assets } from './assets.js';
import { type PlaneFiles, planeFiles } from './certificates.js';
import { apiServerArgs, etcdArgs, managerArgs, type PlanePorts } from './commands.js';

const READY_WITHIN_MS = 60_000;
const STOP_MS = 1000;

export interface PlaneOptions {
  /** Holds etcd's data, `pki/`, `logs/` and, given by the caller, `tokens.csv` (static tokens). */
  data: string;
  /** Port of the API server on 127.0.0.1. */
  port: number;
  assets: Assets;
  /** Told in one line of what is ready and of what was started again. */
  say?: (line: string) => void;
}

export interface Plane {
  /** Resolves when one of the three has ended for good; with its last words. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver and kube-controller-manager, each once the one before it is ready, and keeps them running.
 * @throws ProgramError with the last words of the one that did not come up; nothing runs then
 */
export async function startPlane({ data, port, assets, say = () => undefined }: PlaneOptions): Promise<Plane> {
  mkdirSync(join(data, 'logs'), { recursive: true, mode: 0o700 });
  const [etcd, etcdPeer, manager] = await freePorts(port);
  const ports: PlanePorts = { api: port, etcd, etcdPeer, manager };
  const files = await planeFiles(join(data, 'pki'), `https://127.0.0.1:${port}`, new Date());
  const running: { program: Supervised; graceMs: number }[] = [];
  const stop = async (): Promise<void> => {
    for (const { program, graceMs } of running.reverse()) await program.stop(graceMs);
  };
  try {
    for (const { graceMs, ...part } of programs(data, ports, files, assets)) {
      const log = join(data, 'logs', `${part.name}.log`);
      const env = { PATH: process.env['PATH'] ?? '' };
      const program = { ...part, log, env, readyWithinMs: READY_WITHIN_MS, onRestart: say };
      running.push({ program: await Supervised.start(program), graceMs });
      say(`${part.name} ready`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { ended: Promise.race(running.map(({ program }) => program.ended)), stop };
}

/** Three different ones, and not the API server's, which is still free: probing one after the other could give the same. */
export async function freePorts(api: number, free = freePort): Promise<[number, number, number]> {
  const found = new Set<number>();
  while (found.size < 3) {
    const port = await free();
    if (port !== api) found.add(port);
  }
  return [...found] as [number, number, number];
}

type Part = Pick<Program, 'name' | 'command' | 'isReady'> & { graceMs: number };

function programs(data: string, ports: PlanePorts, files: PlaneFiles, assets: Assets): Part[] {
  const tokens = join(data, 'tokens.csv');
  const apiArgs = apiServerArgs(data, ports, files, existsSync(tokens) ? tokens : undefined);
  return [
    {
      name: 'etcd',
      command: nativeProgram(assets.etcd, ...etcdArgs(data, ports, files)),
      isReady: () => answers(`https://127.0.0.1:${ports.etcd}/readyz`, read({ ca: files.etcdCa, ...files.etcdPair })),
      graceMs: STOP_MS,
    },
    {
      name: 'kube-apiserver',
      command: nativeProgram(assets['kube-apiserver'], ...apiArgs),
      isReady: () =>
        answers(
          `https://127.0.0.1:${ports.api}/readyz`,
          read({ ca: files.ca, cert: files.adminCert, key: files.adminKey }),
        ),
      // It waits for its watches to end, up to a minute; what it holds is in etcd.
      graceMs: 0,
    },
    {
      name: 'kube-controller-manager',
      command: nativeProgram(assets['kube-controller-manager'], ...managerArgs(data, ports, files)),
      isReady: () => answers(`https://127.0.0.1:${ports.manager}/healthz`, {}), // Its certificate is its own.
      graceMs: STOP_MS,
    },
  ];
}

const read = (paths: Record<'ca' | 'cert' | 'key', string>): ProbeTls => ({
  ca: readFileSync(paths.ca),
  cert: readFileSync(paths.cert),
  key: readFileSync(paths.key),
});
