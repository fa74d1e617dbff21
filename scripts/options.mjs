/**
 * The options of `npm start`: the one list, read by scripts/run.mjs before anything is installed and by the launcher when it
 * is started directly.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Usage: npm start -- [options]

Starts an embedded cluster with the operator, a gateway and two sample VMs, and prints how to use it. Ctrl-C stops it all.

  --port PORT        the gateway at http://localhost:PORT (default 8080)
  --https-port PORT  every gateway by host name at https://HOST:PORT (default 8443); at https://HOST too, where port 443
                     is free and may be listened on
  --data DIR         where everything is kept (default .local)
  --fresh            forget what DIR holds and start anew
  --cluster KIND     what to run on: "embedded" (default), or "real": kube-apiserver, kube-controller-manager and etcd,
                     from the folder KUBEBUILDER_ASSETS, else built once by Go (10 minutes on two cores)
  --kubernetes 1.N   the release to build for --cluster real (default: the newest that is known)
  --kubeconfig FILE  run operator and gateway here against a cluster of your own, whose administrator FILE makes you
  --context NAME     the context of FILE (default: its current one)
  --guests KIND      what the VMs are: "qemu" (Debian: qemu-system-x86, grub-rescue-pc), "built-in" (a small shell, needs
                     nothing), or "auto" (default): qemu where it is installed
  --help             this text

DIR holds kubeconfig (contexts admin, dev and viewer), bin (kubectl, oc and jq for it), logs (progress and faults of every
part) and the state of the cluster.
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
const SEE_HELP = '"npm start -- --help" lists the options.';

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
    // `--port --fresh`: the value was forgotten. One that really begins with a dash is given as --data=-x.
    throw new OptionError(`${rawName} needs a value. ${SEE_HELP}`);
  }
}

/** @returns what to run on, as options.d.mts describes it */
function clusterOf({ cluster, kubernetes, kubeconfig, context }) {
  if (kubeconfig !== undefined) {
    if (cluster !== undefined)
      throw new OptionError('--kubeconfig and --cluster exclude each other: give one of them.');
    return { kind: 'own', kubeconfig: resolve(kubeconfig), context };
  }
  if (context !== undefined) throw new OptionError('--context needs --kubeconfig FILE: it names a context of FILE.');
  if (cluster === 'real') return { kind: 'real', kubernetes };
  if (kubernetes !== undefined)
    throw new OptionError('--kubernetes needs --cluster real: it names the release to build.');
  if (cluster === undefined || cluster === 'embedded') return { kind: 'embedded' };
  throw new OptionError(`--cluster "${cluster}" is not known: give "embedded" or "real".`);
}

function guestsOf({ guests = 'auto', kubeconfig }) {
  if (!GUESTS.includes(guests)) {
    throw new OptionError(`--guests "${guests}" is not known: give "auto", "built-in" or "qemu".`);
  }
  if (guests !== 'auto' && kubeconfig !== undefined) {
    throw new OptionError('--guests and --kubeconfig exclude each other: a cluster of your own has its own VMs.');
  }
  return guests;
}

function httpsPortOf({ 'https-port': given, kubeconfig }, port) {
  const httpsPort = portOf('--https-port', given ?? '8443');
  if (kubeconfig !== undefined) {
    if (given === undefined) return httpsPort;
    throw new OptionError(
      '--https-port and --kubeconfig exclude each other: on a cluster of your own there is no HTTPS.',
    );
  }
  if (port === httpsPort) throw new OptionError(`--port and --https-port are both ${port}: give two different ports.`);
  return httpsPort;
}

function portOf(option, text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new OptionError(`${option} must be a number from 1 to 65535, not "${text}".`);
}
