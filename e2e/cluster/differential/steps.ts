import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** When a repeated request has what it waits for: the status code, and where named the value at a path of the body. */
export interface Until {
  code?: number;
  path?: string;
  is?: unknown;
}

/** What every step may say. `<name>` in any text stands for a saved value. */
interface Common {
  /** Names the step; differences.yaml refers to it. */
  step: string;
  /** Query, fragment and all, as it goes over the wire. */
  path: string;
  /** Name of a static token, `admin` by default; `none` sends no credential. */
  as: string;
  headers: Record<string, string>;
}

/** One request and its answer. */
export interface RequestStep extends Common {
  method: string;
  /** Sent as JSON; a text goes as it is. */
  body?: unknown;
  /** Content type of the body. */
  type: string;
  accept?: string;
  until?: Until;
  /** Keeps values of the answer: name -> path. */
  save: Record<string, string>;
  /** Compares these parts of the body only. */
  pick?: string[];
}

/** Opens a watch that later steps read. */
export interface WatchStep extends Common {
  watch: string;
  accept?: string;
}

/** The next events of a watch: so many, or all until the server ends it. Closes it. */
export interface EventsStep {
  step: string;
  events: string;
  count: number | 'all';
}

/** A websocket through the server: says `send`, hears one message, closes. */
export interface UpgradeStep extends Common {
  upgrade: true;
  protocols: string[];
  send: string;
}

export type Step = RequestStep | WatchStep | EventsStep | UpgradeStep;

export interface Theme {
  name: string;
  steps: Step[];
}

type Written = Record<string, unknown> & { step: string };

/** All themes: one file each in requests/. @throws Error that names a step which says nothing to send */
export function readThemes(): Theme[] {
  const dir = join(import.meta.dirname, 'requests');
  return readdirSync(dir)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => {
      const written = parse(readFileSync(join(dir, file), 'utf8'), { merge: true, maxAliasCount: -1 }) as Written[];
      const name = file.replace('.yaml', '');
      return { name, steps: written.filter(({ step }) => step !== undefined).map((step) => stepOf(name, step)) };
    });
}

function stepOf(theme: string, written: Written): Step {
  const { step, as = 'admin', headers = {} } = written as Written & { as?: string; headers?: Record<string, string> };
  if (written['EVENTS'] !== undefined)
    return { step, events: written['EVENTS'], count: written['count'] } as EventsStep;
  const method = ['WATCH', 'UPGRADE', ...METHODS].find((name) => written[name] !== undefined);
  if (method === undefined) throw new Error(`${theme}: the step "${step}" names no method`);
  const common = { step, path: String(written[method]), as, headers };
  if (method === 'WATCH') return { ...common, watch: written['name'], accept: written['accept'] } as WatchStep;
  if (method === 'UPGRADE') {
    return { ...common, upgrade: true, protocols: written['protocols'] ?? [], send: written['send'] } as UpgradeStep;
  }
  const { body, type = 'application/json', accept, until, save = {}, pick } = written;
  return { ...common, method, body, type, accept, until, save, pick } as RequestStep;
}
