import { relative } from 'node:path';

export interface Facts {
  port: number;
  httpsPort: number;
  optionalPorts: number[];
  route: string;
  link: string;
  devToken: string;
  kubeconfig: string;
  bin: string;
  logs: string;
  /** What VMs are. */
  guests: string;
  hasKubectl: boolean;
}

/** What there is to say of operator and gateway on somebody's cluster. */
export interface OwnFacts {
  port: number;
  server: string;
  namespace: string;
  gateServer: string;
  kubectl: string;
  logs: string;
}

/** A path as a person types it here. */
const here = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : `$PWD/${short}`;
};

/** What is printed when everything works. */
export function banner(facts: Facts): string {
  const { port, route, httpsPort, optionalPorts, link, devToken, kubeconfig, bin, logs, guests } = facts;
  const secure = optionalPorts.includes(443) ? `https://${route}` : `https://${route}:${httpsPort}`;
  const commands = facts.hasKubectl ? ['kubectl get vms,gateservers,gatetokens', 'kubectl get gatetokens -w'] : [];
  return `
Ready

  Dashboard   http://localhost:${port}   (also ${secure}, with a certificate of its own)
  Sign in     paste this token at http://localhost:${port}/login (user dev):
              ${devToken}
  Console     a link to the screen of VM demo, good for 8 hours, no sign-in needed:
              ${link}
  Guests      ${guests}

  Try         export KUBECONFIG="${here(kubeconfig)}" PATH="${here(bin)}:$PATH"
${commands.map((command) => `              ${command}\n`).join('')}  People      kubectl --context NAME ...
              admin   may do everything
              dev     uses the VMs of gateway-example and makes links (the token above is dev's)
              viewer  only reads there, and sees no links
  Logs        ${here(logs)}, when something does not work

  Ctrl-C stops everything; the data stay for the next start (--fresh forgets them).
`;
}

/** The same for somebody's cluster. */
export function ownBanner({ port, server, namespace, gateServer, kubectl, logs }: OwnFacts): string {
  return `
Ready

  Dashboard   http://localhost:${port}   (GateServer ${gateServer}: the VMs and links of namespace ${namespace})
  Sign in     with any token of ${server} that may list VMs there, for example one of
              ${kubectl} create token SERVICEACCOUNT
  Operator    runs here, as its service account; its leader's Lease keeps it apart from one that runs in the cluster
  Logs        ${here(logs)}, when something does not work

  Ctrl-C stops both. What they made in the cluster stays:
              ${kubectl} delete gateserver ${gateServer}
`;
}
