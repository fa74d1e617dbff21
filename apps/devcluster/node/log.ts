import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Readable } from 'node:stream';
import { createInterface } from 'node:readline';

const MAX_BYTES = 10 * 1024 * 1024;

export interface LogOptions {
  /** Default: 10 MiB. */
  maxBytes?: number;
  now?: () => Date;
  /** Lines are lost, for example on a full disk. Called once, until a line is written again. */
  onError?: (error: unknown) => void;
}

/**
 * The log of one run of a container: lines with the time at which they were read (`2026-01-02T03:04:05.678Z text`), so that they can be
 * asked for by time. One former file (`FILE.1`) is kept when the file grows beyond its limit.
 */
export class ContainerLog {
  private stream: WriteStream | undefined;
  private bytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private over = false;
  private failing = false;

  constructor(
    readonly file: string,
    private readonly options: LogOptions = {},
  ) {}

  /** Takes every line of a stream until it ends. */
  follow(source: Readable): void {
    createInterface({ input: source, crlfDelay: Infinity }).on('line', (line) => this.line(line));
  }

  line(text: string): void {
    const now = this.options.now?.() ?? new Date();
    const entry = `${now.toISOString()} ${text}\n`;
    this.writing = this.writing.then(() => this.append(entry)).catch((error: unknown) => this.failed(error));
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
    if (this.bytes + entry.length > (this.options.maxBytes ?? MAX_BYTES)) await this.rotate();
    this.stream ??= await this.open();
    const stream = this.stream;
    await new Promise<void>((resolve, reject) => stream.write(entry, (error) => (error ? reject(error) : resolve())));
    this.bytes += Buffer.byteLength(entry);
    this.failing = false;
  }

  /** The line is lost. The next one opens the file again: after an error a stream takes no more. */
  private failed(error: unknown): void {
    this.stream?.destroy();
    this.stream = undefined;
    if (!this.failing) this.options.onError?.(error);
    this.failing = true;
  }

  private async open(): Promise<WriteStream> {
    await mkdir(dirname(this.file), { recursive: true });
    const stream = createWriteStream(this.file, { flags: 'a' });
    // The write that failed reports it.
    stream.on('error', () => undefined);
    return stream;
  }

  private async rotate(): Promise<void> {
    await this.end();
    this.bytes = 0;
    await rename(this.file, `${this.file}.1`);
  }

  private async end(): Promise<void> {
    const stream = this.stream;
    this.stream = undefined;
    if (stream) await new Promise<void>((resolve) => stream.end(() => resolve()));
  }
}
