import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** A bash that blocks of commands are pasted into one after the other: variables live on between them. */
export class Shell {
  private readonly child: ChildProcessWithoutNullStreams;
  private output = '';

  constructor(env: NodeJS.ProcessEnv, cwd: string) {
    this.child = spawn('bash', ['--noprofile', '--norc', '-s'], { env, cwd });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** Pastes a block. @returns what it printed (both streams) @throws Error after 60 s, with what it printed */
  async paste(block: string): Promise<string> {
    const mark = `end-of-block-${randomUUID()}`;
    const from = this.output.length;
    this.child.stdin.write(`${block}\necho ${mark}\n`);
    const deadline = Date.now() + 60_000;
    while (!this.output.includes(mark, from)) {
      if (Date.now() > deadline || this.child.exitCode !== null) {
        throw new Error(`The block did not end:\n${block}\n--- it printed:\n${this.output.slice(from)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return this.output.slice(from).replace(`${mark}\n`, '');
  }

  /** The value of a variable. */
  async value(name: string): Promise<string> {
    return (await this.paste(`printf '%s\\n' "\${${name}}"`)).trimEnd();
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    this.child.stdin.end('exit\n');
    await ended;
  }
}
