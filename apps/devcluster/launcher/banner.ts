import { relative } from 'node:path';

export interface Facts {
  port: number;
  httpsPort: number;
  optionalPorts: number[];
  route: string;
  link: string;
  /** When the link expires. */
  until: Date;
  devToken: string;
  kubeconfig: string;
  bin: string;
  logs: string;
  /** What runs in the VMs. */
  guests: string;
  hasKubectl: boolean;
}

/** What is printed about an operator and a gateway on the user's own cluster. */
export interface OwnFacts {
  port: number;
  server: string;
  namespace: string;
  gateServer: string;
  kubectl: string;
  logs: string;
}

/** Local date and time to the minute. */
const minute = (at: Date): string => at.toLocaleString('sv-SE').slice(0, 16);

/** A path as a person types it in this folder. */
const here = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : `$PWD/${short}`;
};

/** What is printed when everything is ready. */
export function banner(facts: Facts): string {
  const { port, route, httpsPort, optionalPorts, link, devToken, kubeconfig, bin, logs, guests } = facts;
  const secure = optionalPorts.includes(443) ? `https://${route}` : `https://${route}:${httpsPort}`;
  const commands = facts.hasKubectl ? ['kubectl get vms,gateservers,gatetokens', 'kubectl get gatetokens -w'] : [];
  return `
Ready

  Dashboard   http://localhost:${port}   (also ${secure}, with a self-signed certificate)
  Sign in     paste this token at http://localhost:${port}/login (user dev):
              ${devToken}
  Console     this link opens the console of VM demo until ${minute(facts.until)}, without signing in:
              ${link}
  Guests      ${guests}

  Terminal    export KUBECONFIG="${here(kubeconfig)}" PATH="${here(bin)}:$PATH"
${commands.map((command) => `              ${command}\n`).join('')}  Users       kubectl --context NAME ...
              admin   can do everything
              dev     can use VMs and issue links in gateway-example (the token above signs in as dev)
              viewer  can view the VMs there, but not the links
${facts.hasKubectl ? '              To get the token of one of them: oc whoami -t --context NAME\n' : ''}  Logs        ${here(logs)} (operator and gateways: in its folder pods)

  Press Ctrl-C to stop everything. The data is kept for the next start; to start over, add --fresh.
`;
}

/** The same for the user's own cluster. */
export function ownBanner({ port, server, namespace, gateServer, kubectl, logs }: OwnFacts): string {
  return `
Ready

  Dashboard   http://localhost:${port}   (GateServer ${gateServer}: VMs and links of namespace ${namespace})
  Sign in     with any token of ${server} that can list VMs there, for example:
              ${kubectl} create token SERVICEACCOUNT
  Operator    runs here with its own service account; leader election keeps it apart from one that runs in the cluster
  Logs        ${here(logs)}

  Press Ctrl-C to stop both. What they created in the cluster stays; to remove it:
              ${kubectl} delete gateserver ${gateServer}
`;
}
