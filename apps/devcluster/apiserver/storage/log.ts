import { closeSync, constants, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { fdatasync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type KubeObject } from '../types.js';

/** One change: the object stored under a key, or its removal (`last` is its final state). */
export interface Change {
  revision: number;
  /** `group/resource` */
  bucket: string;
  /** `namespace/name`, namespace empty for cluster-wide kinds. */
  key: string;
  object?: KubeObject;
  last?: KubeObject;
}

const SYNC_AFTER_MS = 20;
const COMPACT_BYTES = 16 * 1024 * 1024;

/**
 * The changes on disk: `snapshot.jsonl` (state at its first line's revision) and `log.jsonl` (every change since).
 * Each change is written before it is answered, so a killed process loses nothing; fsync follows in batches, so a lost
 * machine loses at most the last moment. A line that a full disk took only half of is written over by the next one, or
 * cut off when the log is opened.
 */
export class ChangeLog {
  readonly #dir: string;
  #fd: number;
  #bytes: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#dir = dir;
    this.#fd = openSync(this.#file('log'), constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#bytes = statSync(this.#file('log')).size;
  }

  /** Hands over the revision up to which history is gone, then the snapshot's changes, then the log's. */
  replay(start: (base: number) => void, snapshot: (change: Change) => void, log: (change: Change) => void): void {
    let base = 0;
    if (existsSync(this.#file('snapshot'))) {
      const [head = '{}', ...lines] = readFileSync(this.#file('snapshot'), 'utf8').split('\n');
      base = (JSON.parse(head) as { revision?: number }).revision ?? 0;
      start(base);
      for (const line of lines) if (line) snapshot(JSON.parse(line) as Change);
    }
    this.#replayLog(base, log);
  }

  #replayLog(base: number, apply: (change: Change) => void): void {
    const data = readFileSync(this.#file('log'));
    const end = data.lastIndexOf(0x0a) + 1;
    if (end < data.length) ftruncateSync(this.#fd, end);
    this.#bytes = end;
    for (const line of data.toString('utf8', 0, end).split('\n')) {
      if (!line) continue;
      const change = JSON.parse(line) as Change;
      // A snapshot may have been renamed into place just before the old log could be emptied.
      if (change.revision > base) apply(change);
    }
  }

  /** @throws what the file system says; the change is then not in the log. */
  append(change: Change): void {
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    for (let done = 0; done < line.length;) {
      done += writeSync(this.#fd, line, done, line.length - done, this.#bytes + done);
    }
    this.#bytes += line.length;
    this.#timer ??= setTimeout(() => this.#sync(), SYNC_AFTER_MS).unref();
  }

  /** Whether enough was written that a snapshot is worth its cost. */
  get full(): boolean {
    return this.#bytes > COMPACT_BYTES;
  }

  /** Replaces snapshot and log by this state. */
  compact(revision: number, state: Iterable<Change>): void {
    const lines = [JSON.stringify({ revision })];
    for (const change of state) lines.push(JSON.stringify(change));
    const fresh = `${this.#file('snapshot')}.new`;
    writeFileSync(fresh, `${lines.join('\n')}\n`, { mode: 0o600, flush: true });
    renameSync(fresh, this.#file('snapshot'));
    ftruncateSync(this.#fd, 0);
    this.#bytes = 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    fsyncSync(this.#fd);
    closeSync(this.#fd);
  }

  #sync(): void {
    this.#timer = undefined;
    // A failing disk shows at the next write, which throws; this call only asks for durability.
    fdatasync(this.#fd, () => undefined);
  }

  #file(name: string): string {
    return join(this.#dir, `${name}.jsonl`);
  }
}
