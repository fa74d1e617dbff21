/** Options that take this many values. */
const VALUES: Record<string, number> = { '--arg': 2, '--argjson': 2, '--indent': 1, '--slurpfile': 2, '--rawfile': 2 };

export interface JqCall {
  flags: string[];
  filter: string | undefined;
  files: string[];
}

/** Takes jq's command line apart: options may stand anywhere, the first word that is none is the filter. */
export function splitArguments(args: string[]): JqCall {
  const call: JqCall = { flags: [], filter: undefined, files: [] };
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? '';
    if (arg.startsWith('-') && arg !== '-') {
      const taken = VALUES[arg] ?? 0;
      call.flags.push(...args.slice(i, i + 1 + taken));
      i += taken;
    } else if (call.filter === undefined) call.filter = arg;
    else call.files.push(arg);
  }
  return call;
}
