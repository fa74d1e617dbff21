import { type Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Answer {
  id?: number;
  event?: string;
  data?: Record<string, unknown>;
  return?: unknown;
  error?: { class: string; desc: string };
}

interface Question {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** A QEMU machine protocol connection (QMP: https://www.qemu.org/docs/master/interop/qmp-spec.html): JSON, a line each. */
export class Monitor {
  readonly #asked = new Map<number, Question>();
  #last = 0;

  /** @param event told of what happens in QEMU by itself */
  constructor(
    private readonly socket: Socket,
    event: (name: string, data: Record<string, unknown>) => void,
  ) {
    createInterface(socket).on('line', (line) => {
      const answer = parse(line);
      if (answer === undefined) return void socket.destroy();
      if (answer.event !== undefined) event(answer.event, answer.data ?? {});
      else this.#answered(answer);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      for (const { reject } of this.#asked.values()) reject(new Error('QEMU has ended'));
      this.#asked.clear();
    });
  }

  /** Runs a command; commands are run in their order. @throws Error with QEMU's words, or when QEMU ends before it answers */
  run(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      if (!this.socket.writable) return reject(new Error('QEMU has ended'));
      this.#asked.set(id, { resolve, reject });
      this.socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  #answered({ id, return: value, error }: Answer): void {
    const question = id === undefined ? undefined : this.#asked.get(id);
    if (id === undefined || question === undefined) return; // The greeting.
    this.#asked.delete(id);
    if (error) question.reject(new Error(error.desc));
    else question.resolve(value);
  }
}

/** Undefined for the last line of a QEMU that was killed while it wrote it. */
function parse(line: string): Answer | undefined {
  try {
    return JSON.parse(line) as Answer;
  } catch {
    return undefined;
  }
}
