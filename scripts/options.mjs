/**
 * The options of `npm start`: the one list, read by scripts/run.mjs before anything is installed and by the launcher when it
 * is started directly.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Usage: npm start -- [options]

Starts a small cluster with the operator, a gateway and two sample VMs, and prints how to use it. Press Ctrl-C to stop
everything.

  --port PORT        port of the gateway, http://localhost:PORT (default: 8080)
  --https-port PORT  port of all gateways by host name, https://HOST:PORT (default: 8443); also https://HOST if port 443
                     is free and this user may listen on it
  --data DIR         folder for all data (default: .local)
  --fresh            delete the data in DIR and start over
  --cluster KIND     the cluster to start: "embedded" (default), or "real" for kube-apiserver, kube-controller-manager
                     and etcd, taken from the folder in KUBEBUILDER_ASSETS, or built once with Go (about 10 minutes)
  --kubernetes 1.N   the Kubernetes release to build for --cluster real (default: the latest supported)
  --kubeconfig FILE  start no cluster: run the operator and a gateway against the one in FILE (needs administrator rights)
  --context NAME     the context in FILE to use (default: its current context)
  --guests KIND      what runs in the VMs: "qemu" (needs qemu-system-x86 and grub-rescue-pc), "built-in" (a small shell
                     that needs nothing), or "auto" (default): qemu if it is installed
  --help             show this text

DIR contains the kubeconfig (contexts admin, dev and viewer), bin (kubectl, oc and jq), logs (one file per part), and the
state of the cluster.
`;

const OPTIONS = {
  port: { type: 'string', default: '8080' },
  'https-port': { type: 'string' },
  data: { type: 'string', default: '.local' },
  fresh: { type: 'boolean', default: false },
  cluster: { type: 'string' },
  kubernetes: { type: 'string' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  guests: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
};

const GUESTS = ['auto', 'built-in', 'qemu'];
const SEE_HELP = 'For all options, run "npm start -- --help".';

/** What is wrong with the command line, in one line. */
export class OptionError extends Error {
  name = 'OptionError';
}

/** Reads the command line: undefined when help was asked for. @throws OptionError */
export function parseOptions(args) {
  const { values, tokens } = parseArgs({ args, options: OPTIONS, strict: false, tokens: true });
  for (const token of tokens) checkToken(token);
  if (values.help) return undefined;
  const cluster = clusterOf(values);
  const port = portOf('--port', values.port);
  const httpsPort = httpsPortOf(values, port);
  if (values.data === '') throw new OptionError(`--data needs a value. ${SEE_HELP}`);
  return { port, httpsPort, data: resolve(values.data), fresh: values.fresh, cluster, guests: guestsOf(values) };
}

function checkToken(token) {
  if (token.kind === 'positional') throw new OptionError(`Unexpected argument '${token.value}'. ${SEE_HELP}`);
  if (token.kind !== 'option') return;
  const { name, rawName, value, inlineValue } = token;
  const known = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (!known) throw new OptionError(`Unknown option '${rawName}'. ${SEE_HELP}`);
  if (known.type === 'boolean') {
    if (value !== undefined) throw new OptionError(`${rawName} takes no value. ${SEE_HELP}`);
  } else if (value === undefined || (!inlineValue && value.startsWith('-'))) {
    // `--port --fresh`: the value was forgotten. A value that does begin with a dash is given as --data=-x.
    throw new OptionError(`${rawName} needs a value. ${SEE_HELP}`);
  }
}

/** @returns what to run on, as options.d.mts describes it */
function clusterOf({ cluster, kubernetes, kubeconfig, context }) {
  if (kubeconfig !== undefined) {
    if (cluster !== undefined) throw new OptionError('--kubeconfig and --cluster cannot be combined. Use one of them.');
    return { kind: 'own', kubeconfig: resolve(kubeconfig), context };
  }
  if (context !== undefined) throw new OptionError('--context needs --kubeconfig FILE: it selects a context in FILE.');
  if (cluster === 'real') return { kind: 'real', kubernetes };
  if (kubernetes !== undefined)
    throw new OptionError('--kubernetes needs --cluster real: it selects the release to build.');
  if (cluster === undefined || cluster === 'embedded') return { kind: 'embedded' };
  throw new OptionError(`Invalid --cluster "${cluster}": use "embedded" or "real".`);
}

function guestsOf({ guests = 'auto', kubeconfig }) {
  if (!GUESTS.includes(guests)) {
    throw new OptionError(`Invalid --guests "${guests}": use "auto", "built-in" or "qemu".`);
  }
  if (guests !== 'auto' && kubeconfig !== undefined) {
    throw new OptionError('--guests and --kubeconfig cannot be combined: your own cluster has its own VMs.');
  }
  return guests;
}

function httpsPortOf({ 'https-port': given, kubeconfig }, port) {
  const httpsPort = portOf('--https-port', given ?? '8443');
  if (kubeconfig !== undefined) {
    if (given === undefined) return httpsPort;
    throw new OptionError(
      '--https-port and --kubeconfig cannot be combined: on your own cluster, the gateway is served over HTTP only.',
    );
  }
  if (port === httpsPort) throw new OptionError(`--port and --https-port are both ${port}. Use two different ports.`);
  return httpsPort;
}

function portOf(option, text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new OptionError(`Invalid ${option} "${text}": use a number from 1 to 65535.`);
}
