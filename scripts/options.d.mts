/** What to run on: the embedded API server, a real control plane of our own, or someone else's cluster. */
export type Cluster =
  | { kind: 'embedded' }
  | { kind: 'real'; /** `1.37`; default: the newest. */ kubernetes: string | undefined }
  | { kind: 'own'; /** Absolute path. */ kubeconfig: string; context: string | undefined };

export interface Options {
  /** Port of `http://localhost:PORT`. */
  port: number;
  /** Port of `https://ROUTE:PORT`; not listened on with someone else's cluster. */
  httpsPort: number;
  /** Absolute path of the data folder. */
  data: string;
  fresh: boolean;
  cluster: Cluster;
  /** What VMs are; auto: QEMU where it is installed. */
  guests: 'auto' | 'built-in' | 'qemu';
}

export const HELP: string;

/** What is wrong with the command line, in one line. */
export class OptionError extends Error {}

/** Reads the command line: undefined when help was asked for. @throws OptionError */
export function parseOptions(args: string[]): Options | undefined;
