import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PlaneError } from './errors.js';

/** The Go module of the programs; at run time this file is below dist/, the module is not. */
export const SOURCE = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './binary/' : '../../../../apps/devcluster/controlplane/binary/',
    import.meta.url,
  ),
);

/** A release of Kubernetes that can be built. */
export interface Release {
  /** `1.37` */
  minor: string;
  /** `1.37.2` */
  kubernetes: string;
  /** `3.7.3` */
  etcd: string;
  /** Name of its module file in `SOURCE`; the sums beside it end in `.sum`. */
  modFile: string;
}

/** The releases that have a module file, newest first: `go.mod` is the newest, `kubernetes-1.N.mod` older ones. */
export function releases(): Release[] {
  return readdirSync(SOURCE)
    .filter((name) => name.endsWith('.mod'))
    .map((modFile) => read(readFileSync(`${SOURCE}/${modFile}`, 'utf8'), modFile))
    .sort((a, b) => Number(b.minor.split('.')[1]) - Number(a.minor.split('.')[1]));
}

function read(text: string, modFile: string): Release {
  const version = (module: string): string =>
    new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} v(\\d\\S*)`, 'm').exec(text)?.[1] ?? '';
  const kubernetes = version('k8s.io/kubernetes');
  return {
    minor: kubernetes.split('.').slice(0, 2).join('.'),
    kubernetes,
    etcd: version('go.etcd.io/etcd/server/v3'),
    modFile,
  };
}

/** @param minor `1.37`; the newest where it is not given. @throws PlaneError when there is no such release */
export function releaseOf(minor: string | undefined): Release {
  const known = releases();
  const found = minor === undefined ? known[0] : known.find((release) => release.minor === minor);
  if (found) return found;
  const list = known.map((release) => release.minor).join(', ');
  throw new PlaneError(`Cannot build Kubernetes ${minor}. Choose one of these releases: ${list}.`);
}
