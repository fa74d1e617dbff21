import { createWriteStream, type WriteStream } from 'node:fs';

/** A file with progress and with failures that do not stop the start, one per line, each with its time. */
export class LauncherLog {
  private readonly stream: WriteStream;
  private readonly told = new Map<string, number>();

  constructor(readonly file: string) {
    this.stream = createWriteStream(file);
    this.stream.on('error', () => undefined);
  }

  write(text: string): void {
    this.stream.write(`${new Date().toISOString()} ${text}\n`);
  }

  /** The listener for failures of one part; repeats are written once a minute. */
  of(part: string): (error: unknown) => void {
    return (error) => {
      const text = `${part}: ${error instanceof Error ? error.message : String(error)}`;
      const now = Date.now();
      if (now - (this.told.get(text) ?? 0) < 60_000) return;
      if (this.told.size > 1000) this.told.clear();
      this.told.set(text, now);
      this.write(text);
    };
  }

  close(): void {
    this.stream.end();
  }
}
