import { createWriteStream, type WriteStream } from 'node:fs';

/** Faults that nobody need see while all goes on: a file of lines, each with its time. The same fault is told once a minute. */
export class LauncherLog {
  private readonly stream: WriteStream;
  private readonly told = new Map<string, number>();

  constructor(readonly file: string) {
    this.stream = createWriteStream(file);
    this.stream.on('error', () => undefined);
  }

  /** The listener of one part. */
  of(part: string): (error: unknown) => void {
    return (error) => {
      const text = `${part}: ${error instanceof Error ? error.message : String(error)}`;
      const now = Date.now();
      if (now - (this.told.get(text) ?? 0) < 60_000) return;
      if (this.told.size > 1000) this.told.clear();
      this.told.set(text, now);
      this.stream.write(`${new Date(now).toISOString()} ${text}\n`);
    };
  }

  close(): void {
    this.stream.end();
  }
}
