/**
 * What an idle `npm start` costs: CPU and resident memory of a process and all its children over some seconds.
 *
 *     node bench/idle.ts PID [SECONDS]
 *
 * Reads /proc (Linux). Prints one line of JSON: share of one core (1 = a whole core), MiB resident, processes.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());
const PAGE = Number(execFileSync('getconf', ['PAGESIZE']).toString());

interface Process {
  pid: number;
  parent: number;
  ticks: number;
  pages: number;
}

function processes(): Process[] {
  const found: Process[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const at = (index: number): number => Number(fields[index]);
      found.push({ pid: Number(entry), parent: at(1), ticks: at(11) + at(12), pages: at(21) });
    } catch {
      continue; // It ended while we looked.
    }
  }
  return found;
}

function tree(root: number): Process[] {
  const all = processes();
  const inside = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of all) {
      if (inside.has(parent) && !inside.has(pid)) grown = inside.add(pid) !== undefined;
    }
  }
  return all.filter(({ pid }) => inside.has(pid));
}

const [pid, seconds] = [Number(process.argv[2]), Number(process.argv[3] ?? 30)];
if (!Number.isInteger(pid) || !(seconds > 0)) {
  console.error('Usage: node bench/idle.ts PID [SECONDS]');
  process.exit(2);
}
const before = new Map(tree(pid).map((one) => [one.pid, one.ticks]));
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const after = tree(pid);
const ticks = after.reduce((sum, one) => sum + one.ticks - (before.get(one.pid) ?? 0), 0);
const pages = after.reduce((sum, one) => sum + one.pages, 0);
console.log(
  JSON.stringify({
    core: Number((ticks / TICKS / seconds).toFixed(4)),
    residentMiB: Math.round((pages * PAGE) / 2 ** 20),
    processes: after.length,
    seconds,
  }),
);
