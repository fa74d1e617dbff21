/** What a command may know and do. */
export interface Environment {
  hostname: string;
  ip: string;
  cpus: number;
  /** Bytes. */
  memory: number | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
  bootedAt: number;
  history: readonly string[];
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
  const ramp = Array.from({ length: 72 }, (_, index) => `\x1b[48;5;${16 + index * 3}m \x1b[0m`).join('');
  return [row(30), row(90), blocks, ramp].map(line).join('');
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { about: 'this list', run: help },
  date: { about: 'date and time', run: (_, env) => line(formatDate(env.now())) },
  uname: { about: 'name of the system; -a for all of it', run: uname },
  hostname: { about: 'name of this machine', run: (_, env) => line(env.hostname) },
  whoami: { about: 'who you are', run: () => line('guest') },
  echo: { about: 'repeats what you say', run: (args) => line(args.join(' ')) },
  colors: { about: 'every colour of this screen', run: colors },
  uptime: {
    about: 'how long this machine has been up',
    run: (_, env) => line(`up ${Math.floor((env.now() - env.bootedAt) / 1000)} s`),
  },
  ip: { about: 'network address', run: (_, env) => line(`eth0  ${env.ip}`) },
  free: { about: 'memory', run: (_, env) => line(env.memory === undefined ? 'unknown' : formatMemory(env.memory)) },
  history: {
    about: 'what you typed',
    run: (_, env) => env.history.map((text, index) => line(`${String(index + 1).padStart(4)}  ${text}`)).join(''),
  },
  clear: { about: 'clears the screen (or Ctrl-L)', run: () => '\x1b[H\x1b[2J' },
  reboot: { about: 'starts this machine again (or Ctrl-Alt-Del)', run: (_, env) => said('Rebooting.', env.reboot) },
  poweroff: { about: 'switches this machine off', run: (_, env) => said('Powering off.', env.poweroff) },
};

function said(text: string, act: () => void): string {
  act();
  return line(text);
}

export function formatMemory(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, { about }]) => line(`  ${bold(name.padEnd(10))}${about}`));
  return rows.join('');
}

/** Runs one line. Words are split at blanks; quotes keep blanks together. */
export function run(text: string, env: Environment): string {
  const [name, ...args] = words(text);
  if (name === undefined) return '';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return command?.run(args, env) ?? line(`${name}: command not found (type help)`);
}

function words(text: string): string[] {
  const found = text.matchAll(/(?:"[^"]*"?|'[^']*'?|[^\s"'])+/g);
  return Array.from(found, ([word]) => word.replaceAll(/"([^"]*)"?|'([^']*)'?/g, '$1$2'));
}
