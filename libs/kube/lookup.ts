import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';

type Callback = (err: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** True for `localhost` and every name below it (RFC 6761: these are the own machine). */
function isLocalhost(hostname: string): boolean {
  return /^(.+\.)?localhost\.?$/i.test(hostname);
}

/** True when a connection to this host stays on this machine: `localhost`, `*.localhost`, 127.0.0.0/8, ::1. */
export function isLoopback(hostname: string): boolean {
  return isLocalhost(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname) || /^\[?::1\]?$/.test(hostname);
}

/** Like dns.lookup, but names below `localhost` are 127.0.0.1: browsers and curl know that, Node's resolver does not. */
export function lookup(hostname: string, options: LookupOptions, callback: Callback): void {
  if (!isLocalhost(hostname)) {
    systemLookup(hostname, options, callback);
    return;
  }
  const found = { address: '127.0.0.1', family: 4 };
  process.nextTick(() => {
    if (options.all) callback(null, [found]);
    else callback(null, found.address, found.family);
  });
}
