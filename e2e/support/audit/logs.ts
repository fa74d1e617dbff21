import {
  existsSync,
  type FSWatcher,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  watch,
} from 'node:fs';
import { join } from 'node:path';

/** One line of a log. */
export interface LogLine {
  /** `NAMESPACE_POD_CONTAINER.RUN.log` of a pod, else the name of the program's log. */
  readonly file: string;
  /** Counts from 1. */
  readonly number: number;
  /** As the program wrote it. */
  readonly text: string;
}

/** The time that the node puts before each line of a pod. */
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z /;

/**
 * Keeps the logs of all pods until the run ends. The node itself removes that of a container's run when the one after
 * the next begins, as a kubelet does, and the oldest part of a long one: here each file has a second name.
 */
export class KeptLogs {
  readonly #known = new Set<number>();
  readonly #watcher: FSWatcher;

  /** @param pods the node's folder of logs. @param kept an empty folder of the same file system */
  constructor(
    private readonly pods: string,
    private readonly kept: string,
  ) {
    this.#watcher = watch(pods, (event) => event === 'rename' && this.#keep());
    this.#keep();
  }

  /** Every line of every pod that there was. Keeps no more. */
  read(): LogLine[] {
    this.#watcher.close();
    this.#keep();
    return readdirSync(this.kept).flatMap((name) => linesOf(this.kept, name, name.replace(/^\d+~/, '')));
  }

  #keep(): void {
    for (const name of readdirSync(this.pods)) {
      const held = join(this.kept, 'next');
      if (!link(join(this.pods, name), held)) continue;
      const { ino } = statSync(held);
      if (this.#known.has(ino)) rmSync(held);
      else renameSync(held, join(this.kept, `${ino}~${name}`));
      this.#known.add(ino);
    }
  }
}

/** @returns false where there is no such file: it was renamed meanwhile, and its new name comes with an event of its own */
function link(file: string, to: string): boolean {
  try {
    linkSync(file, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Every line of the logs in a folder: those of the launcher, or of a control plane. None if there is no such folder. */
export function otherLogs(folder: string): LogLine[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).flatMap(({ name }) => linesOf(folder, name, name));
}

function linesOf(folder: string, name: string, file: string): LogLine[] {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  return lines.map((text, at) => ({ file, number: at + 1, text: text.replace(TIME, '') })).filter(({ text }) => text);
}
