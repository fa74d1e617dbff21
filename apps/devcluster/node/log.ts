import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Readable } from 'node:stream';
import { createInterface } from 'node:readline';

const MAX_BYTES = 10 * 1024 * 1024;

/**
 * The log of one run of a container: lines with the time at which they were read (`2026-01-02T03:04:05.678Z text`), so that they can be
 * asked for by time. One former file (`FILE.1`) is kept when the file grows beyond its limit.
 */
export class ContainerLog {
  private stream: WriteStream | undefined;
  private bytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private over = false;

  constructor(
    readonly file: string,
    private readonly maxBytes = MAX_BYTES,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Takes every line of a stream until it ends. */
  follow(source: Readable): void {
    createInterface({ input: source, crlfDelay: Infinity }).on('line', (line) => this.line(line));
  }

  line(text: string): void {
    const entry = `${this.now().toISOString()} ${text}\n`;
    this.writing = this.writing.then(() => this.append(entry)).catch(() => undefined);
  }

  /** Resolves when everything that was given so far is in the file. */
  flushed(): Promise<void> {
    return this.writing;
  }

  /** Nothing more will be written. */
  get closed(): boolean {
    return this.over;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.end();
    this.over = true;
  }

  private async append(entry: string): Promise<void> {
    if (this.bytes + entry.length > this.maxBytes) await this.rotate();
    this.stream ??= await this.open();
    this.bytes += Buffer.byteLength(entry);
    const stream = this.stream;
    await new Promise<void>((resolve) => stream.write(entry, () => resolve()));
  }

  private async open(): Promise<WriteStream> {
    await mkdir(dirname(this.file), { recursive: true });
    const stream = createWriteStream(this.file, { flags: 'a' });
    stream.on('error', () => undefined);
    return stream;
  }

  private async rotate(): Promise<void> {
    await this.end();
    await rename(this.file, `${this.file}.1`).catch(() => undefined);
    this.bytes = 0;
  }

  private async end(): Promise<void> {
    const stream = this.stream;
    this.stream = undefined;
    if (stream) await new Promise<void>((resolve) => stream.end(() => resolve()));
  }
}
