import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { cluster } from './cluster.js';
import { note } from './notes.js';

/** A process of the cluster under test. */
export interface Process {
  name: string;
  pid: number;
  /** Where it runs; of a pod's, its last part is the pod's UID. */
  cwd: string;
}

/** Programs that serve and keep the Kubernetes API, by how they are started; a cluster has one of them or several. */
const CONTROL_PLANE: Record<string, RegExp> = {
  apiserver: /\/apiserver\/main\.js$/,
  'kube-apiserver': /\/kube-apiserver$/,
  etcd: /\/etcd$/,
  'kube-controller-manager': /\/kube-controller-manager$/,
};

/** The processes of the control plane: one entry for each program. */
export function controlPlane(): Process[] {
  const { data } = cluster();
  return all().flatMap(({ pid, words, cwd }) => {
    if (!words.some((word) => word.includes(data))) return [];
    const found = Object.entries(CONTROL_PLANE).find(([, program]) => words.some((word) => program.test(word)));
    return found && !words.includes('setpriv') ? [{ name: found[0], pid, cwd }] : [];
  });
}

/** The processes of pods that run a program of the product: `operator`, `gateway`. */
export function podProcesses(name: 'operator' | 'gateway'): Process[] {
  const { data } = cluster();
  const script = `/programs/${name}.js`;
  const found = all().filter(
    ({ words, cwd }) => cwd.startsWith(`${data}/node/`) && words.some((word) => word.endsWith(script)),
  );
  return found.map(({ pid, cwd }) => ({ name, pid, cwd }));
}

/** As a crash would: it cannot tidy up. */
export function kill({ name, pid, cwd }: Process): void {
  note({ killed: name, uid: basename(cwd), at: Date.now() });
  process.kill(pid, 'SIGKILL');
}

/** Has it hang: it keeps its sockets and answers nothing. @returns what has it go on; without effect where it was ended meanwhile */
export function hang({ pid }: Process): () => void {
  process.kill(pid, 'SIGSTOP');
  return () => {
    if (all().some((one) => one.pid === pid)) process.kill(pid, 'SIGCONT');
  };
}

/** The processes of this machine, from /proc, without those that have ended or belong to another user. */
function all(): { pid: number; words: string[]; cwd: string }[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      return [{ pid: Number(entry), words, cwd: readlinkSync(`/proc/${entry}/cwd`) }];
    } catch {
      return [];
    }
  });
}
