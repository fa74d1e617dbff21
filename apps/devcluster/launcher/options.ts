import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from './user-error.js';

export interface Options {
  /** Port of `http://localhost:PORT`. */
  port: number;
  /** Port of `https://ROUTE:PORT`. */
  httpsPort: number;
  /** Absolute path of the data folder. */
  data: string;
  fresh: boolean;
}

export const HELP = `Usage: npm start -- [options]

Starts an embedded cluster with the operator, a gateway and two sample VMs, and prints how to use it. Ctrl-C stops it all.

  --port PORT        the gateway at http://localhost:PORT (default 8080)
  --https-port PORT  every gateway by host name at https://HOST:PORT (default 8443)
  --data DIR         where everything is kept (default .local)
  --fresh            forget what DIR holds and start anew
  --cluster KIND     "embedded" (default)
  --help             this text
`;

const LATER = {
  kubeconfig: 'Running against a cluster of your own (--kubeconfig, --context) comes with a later release.',
  real: 'A real control plane (--cluster real) comes with a later release; use --cluster embedded.',
};

/**
 * Reads the command line.
 * @returns undefined when help was asked for
 * @throws UserError for an option that is not known, not valid, or not there yet
 */
export function readOptions(args: string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  if (values.kubeconfig !== undefined || values.context !== undefined) throw new UserError(LATER.kubeconfig);
  if (values.cluster === 'real') throw new UserError(LATER.real);
  if (values.cluster !== 'embedded') {
    throw new UserError(`--cluster knows "embedded" and "real", not "${values.cluster}".`);
  }
  const options = {
    port: portOf('--port', values.port),
    httpsPort: portOf('--https-port', values['https-port']),
    data: resolve(values.data),
    fresh: values.fresh,
  };
  if (options.port === options.httpsPort) {
    throw new UserError(`--port and --https-port are both ${options.port}: give two different ports.`);
  }
  return options;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8080' },
        'https-port': { type: 'string', default: '8443' },
        data: { type: 'string', default: '.local' },
        fresh: { type: 'boolean', default: false },
        cluster: { type: 'string', default: 'embedded' },
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new UserError(`${message}. "npm start -- --help" lists the options.`);
  }
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new UserError(`${option} must be a number from 1 to 65535, not "${text}".`);
}
