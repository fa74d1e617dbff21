import { type Cluster } from './cluster.ts';
import { type Gateway } from './gateway.ts';
import { Measured } from './measured.ts';
import { type Other } from './options.ts';

/** One way to the upstream, which the same requests take. */
export interface Side {
  readonly name: string;
  /** Origin and the prefix of Kubernetes paths, which begin with a slash. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Its process; undefined where it is on another machine. */
  readonly process: Measured | undefined;
}

/** The upstream itself, over TLS. */
export function direct(cluster: Cluster): Side {
  return { name: 'direct', base: cluster.url, headers: {}, process: cluster.program };
}

export function ours(gateway: Gateway, token: string): Side {
  return { name: 'ours', base: `${gateway.url}/k8s`, headers: headersOf(token), process: gateway.program };
}

export function other({ name, url, token, pid }: Other): Side {
  const process = pid === undefined ? undefined : new Measured(pid);
  return { name, base: `${url.origin}/k8s`, headers: headersOf(token), process };
}

/** Gateways of the original kind read this cookie too. Writes need `Sec-Fetch-Site`. */
function headersOf(token: string): Record<string, string> {
  return { cookie: `kg-jwt-session-code=${token}`, 'sec-fetch-site': 'same-origin' };
}
