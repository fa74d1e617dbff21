import { parseArgs } from 'node:util';

/** Another gateway that speaks /k8s, in front of an upstream stub of its own. */
export interface Other {
  /** What the table calls it. */
  readonly name: string;
  readonly url: URL;
  /** A JWT that it accepts. */
  readonly token: string;
  /** Of its process, where it runs on this machine: its CPU and memory are measured too. */
  readonly pid: number | undefined;
}

export interface Options {
  readonly others: readonly Other[];
  /** A quick look: few, short rounds. */
  readonly short: boolean;
  /** Of each side in each round. */
  readonly seconds: number;
  readonly rounds: number;
  /** Of a soak. */
  readonly minutes: number;
  /** Run only the figures whose name contains this. */
  readonly only: string;
  /** Write a CPU profile of the gateway. */
  readonly cpuProfile: boolean;
}

const HELP = {
  seconds: '--seconds S           length of a round, for each side (1)',
  rounds: '--rounds N            number of rounds (5)',
  short: '--short               a quick look: few, short rounds and less of everything',
  minutes: '--minutes M           how long to run (30; with --short 1)',
  only: '--only TEXT           only the figures whose name contains TEXT',
  against: '--against [NAME=]URL  measure this gateway too; may be repeated',
  token: '--token JWT           for it; repeated in the same order',
  pid: '--pid PID             its process, for its CPU and memory; repeated in the same order',
  'cpu-prof': '--cpu-prof            write a CPU profile of the gateway to bench/results',
} as const;

/** An option of a bench, without its dashes. */
export type OptionName = keyof typeof HELP;

/** What each bench that compares gateways takes. */
export const COMPARING: readonly OptionName[] = [
  'seconds',
  'rounds',
  'short',
  'only',
  'against',
  'token',
  'pid',
  'cpu-prof',
];

export function usageOf(takes: readonly OptionName[]): string {
  return ['Options:', ...takes.map((name) => `  ${HELP[name]}`), ''].join('\n');
}

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const MANY = { type: 'string', multiple: true } as const;
const SHAPES = {
  seconds: TEXT,
  rounds: TEXT,
  minutes: TEXT,
  only: TEXT,
  short: FLAG,
  'cpu-prof': FLAG,
  against: MANY,
  token: MANY,
  pid: MANY,
} as const;

/**
 * @param takes the options of this bench: an option that would do nothing is refused
 * @throws Error with a sentence about what is wrong
 */
export function readOptions(args: readonly string[], takes: readonly OptionName[]): Options {
  const options = Object.fromEntries(takes.map((name) => [name, SHAPES[name]])) as typeof SHAPES;
  const { values } = parseArgs({ args: [...args], options });
  const { against = [], token = [], pid = [], short = false } = values;
  return {
    others: against.map((one, at) => otherOf(one, token[at], pid[at])),
    short,
    seconds: positive('--seconds', values.seconds ?? (short ? '0.3' : '1')),
    rounds: positive('--rounds', values.rounds ?? (short ? '3' : '5')),
    minutes: positive('--minutes', values.minutes ?? (short ? '1' : '30')),
    only: values.only ?? '',
    cpuProfile: values['cpu-prof'] ?? false,
  };
}

function otherOf(text: string, token: string | undefined, pid: string | undefined): Other {
  const [, name = 'other', address = ''] = /^(?:(\w+)=)?(.*)$/.exec(text) ?? [];
  const url = URL.parse(address);
  if (url === null) throw new Error(`--against ${text}: expected [NAME=]URL`);
  if (token === undefined) throw new Error(`--against ${text}: add --token JWT`);
  return { name, url, token, pid: pid === undefined ? undefined : positive('--pid', pid) };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} ${text}: expected a number above 0`);
  return value;
}
