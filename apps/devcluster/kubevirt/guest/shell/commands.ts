/** What a command may know and do. */
export interface Environment {
  hostname: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  reboot: () => void;
  poweroff: () => void;
}

interface Command {
  /** One line for `help`. */
  about: string;
  /** @returns the output, lines ended by \n */
  run(args: string[], env: Environment): string;
}

const RELEASE = '6.12.0-guest';

const bold = (text: string): string => `\x1b[1m${text}\x1b[0m`;
const line = (text: string): string => `${text}\n`;

/** `Tue Nov 24 13:04:10 UTC 2026`, as date(1) prints it. */
function formatDate(ms: number): string {
  const [week, day, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ') as [
    string,
    string,
    string,
    string,
    string,
  ];
  return `${week} ${month} ${day.replace(/^0/, ' ')} ${time} UTC ${year}`;
}

const uname = (args: string[], { hostname }: Environment): string =>
  line(args.includes('-a') ? `Linux ${hostname} ${RELEASE} #1 SMP x86_64 GNU/Linux` : 'Linux');

function colors(): string {
  const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
  const row = (base: number): string =>
    names.map((name, index) => `\x1b[${index === 0 ? '47;' : ''}${base + index}m${name.padEnd(9)}\x1b[0m`).join('');
  const blocks = names.map((_, index) => `\x1b[${40 + index}m         \x1b[0m`).join('');
  return [row(30), row(90), blocks].map(line).join('');
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { about: 'this list', run: help },
  date: { about: 'date and time', run: (_, env) => line(formatDate(env.now())) },
  uname: { about: 'name of the system; -a for all of it', run: uname },
  hostname: { about: 'name of this machine', run: (_, env) => line(env.hostname) },
  echo: { about: 'repeats what you say', run: (args) => line(args.join(' ')) },
  colors: { about: 'every colour of this screen', run: colors },
  clear: { about: 'clears the screen (or Ctrl-L)', run: () => '\x1b[H\x1b[2J' },
  reboot: { about: 'starts this machine again (or Ctrl-Alt-Del)', run: (_, env) => said('Rebooting.', env.reboot) },
  poweroff: { about: 'switches this machine off', run: (_, env) => said('Powering off.', env.poweroff) },
};

function said(text: string, act: () => void): string {
  act();
  return line(text);
}

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, { about }]) => line(`  ${bold(name.padEnd(10))}${about}`));
  return rows.join('');
}

/** Runs one line. Words are split at blanks. */
export function run(text: string, env: Environment): string {
  const [name = '', ...args] = text.trim().split(/\s+/);
  if (name === '') return '';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return command?.run(args, env) ?? line(`${name}: command not found (type help)`);
}
