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
  /** A quick look: few and short rounds, no warm-up worth the name. */
  readonly short: boolean;
  /** Of each side in each round. */
  readonly seconds: number;
  readonly rounds: number;
  /** Of a soak. */
  readonly minutes: number;
  /** Of the figures to take, those whose name contains it. */
  readonly only: string;
}

export const USAGE = `Options:
  --seconds S                   of each side in each round (1)
  --rounds N                    (5)
  --short                       3 rounds of 0.3 s
  --minutes M                   of a soak (30; with --short 1)
  --only TEXT                   take only the figures whose name contains TEXT
  --against [NAME=]URL          measure this gateway too; may be repeated
  --token JWT                   for it (repeated: in the same order)
  --pid PID                     its process, for its CPU and memory (repeated: in the same order)
`;

/** @throws Error with a sentence about what is wrong */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const many = { type: 'string', multiple: true, default: [] } as { type: 'string'; multiple: true; default: string[] };
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: text,
      rounds: text,
      minutes: text,
      only: text,
      short: { type: 'boolean', default: false },
      against: many,
      token: many,
      pid: many,
    },
  });
  const { against, token, pid, short } = values;
  return {
    others: against.map((one, at) => otherOf(one, token[at], pid[at])),
    short,
    seconds: positive('--seconds', values.seconds ?? (short ? '0.3' : '1')),
    rounds: positive('--rounds', values.rounds ?? (short ? '3' : '5')),
    minutes: positive('--minutes', values.minutes ?? (short ? '1' : '30')),
    only: values.only ?? '',
  };
}

function otherOf(text: string, token: string | undefined, pid: string | undefined): Other {
  const [, name = 'other', address = ''] = /^(?:(\w+)=)?(.*)$/.exec(text) ?? [];
  const url = URL.parse(address);
  if (url === null) throw new Error(`--against ${text}: expected [NAME=]URL`);
  if (token === undefined) throw new Error(`--against ${text}: give it a --token`);
  return { name, url, token, pid: pid === undefined ? undefined : positive('--pid', pid) };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} ${text}: expected a number above 0`);
  return value;
}
