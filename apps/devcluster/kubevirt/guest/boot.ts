import { type MachineSpec } from '../machine.js';

/** What a machine prints while it starts: milliseconds after power-on, text. */
export function bootMessages(spec: MachineSpec): { at: number; text: string }[] {
  const steps: [at: number, source: string, text: string][] = [
    [0, 'boot', `machine ${spec.name} in namespace ${spec.namespace}`],
    [60, 'screen', spec.graphics ? 'text 80 x 25 on a framebuffer of 800 x 600' : 'none'],
    [100, 'serial', spec.serial ? 'ttyS0, the same session as the screen' : 'none'],
    [240, 'init', 'starting a shell'],
  ];
  return steps.map(([at, source, text]) => {
    const stamp = `\x1b[90m[${(at / 1000).toFixed(3).padStart(7)}]\x1b[0m`;
    return { at, text: `${stamp} \x1b[36m${source.padEnd(9)}\x1b[0m ${text}\r\n` };
  });
}

export const BOOT_MS = 300;

/** Tells a person who has just come in what there is to do. */
export function welcome(name: string): string {
  const key = (text: string): string => `\x1b[1;33m${text}\x1b[0m`;
  return [
    '',
    `\x1b[1mWelcome to ${name}.\x1b[0m`,
    'Everything you type goes to this machine, and it answers.',
    `Type ${key('help')} and press Enter, or try ${key('colors')}, ${key('date')}, ${key('uname -a')}.`,
    '',
    '',
  ].join('\r\n');
}
