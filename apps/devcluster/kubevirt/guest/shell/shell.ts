import { type Environment, run } from './commands.js';
import { KeyDecoder } from './keys.js';
import { LineEditor } from './line-editor.js';

/** A shell without login: reads keys, echoes, runs commands. One session, wherever the keys come from. */
export class Shell {
  readonly #decoder = new KeyDecoder();
  readonly #editor: LineEditor;
  readonly #prompt: string;
  /** A command has ended the session: nothing is read or prompted for any more. */
  #over = false;

  constructor(
    private readonly env: Environment,
    columns: number,
    private readonly write: (text: string) => void,
  ) {
    this.#editor = new LineEditor(columns, write);
    this.#prompt = `\x1b[1;32mguest@${env.hostname}\x1b[0m:\x1b[1;34m~\x1b[0m$ `;
  }

  start(): void {
    this.#editor.begin(this.#prompt);
  }

  /** What a terminal that has just been plugged in needs to see: the line as it stands. */
  currentLine(): string {
    return this.#prompt + this.#editor.text;
  }

  input(text: string): void {
    for (const key of this.#decoder.decode(text)) {
      if (this.#over) return;
      this.#act(this.#editor.key(key));
    }
  }

  #act(result: ReturnType<LineEditor['key']>): void {
    if (result === undefined) return;
    if ('clear' in result) {
      this.write('\x1b[H\x1b[2J');
      return this.#editor.show();
    }
    if ('line' in result) {
      const output = run(result.line, this.#environment());
      if (output !== '') this.write(output.replaceAll('\n', '\r\n'));
      if (this.#over) return;
    }
    this.#editor.begin(this.#prompt);
  }

  #environment(): Environment {
    const ending = (act: () => void) => (): void => {
      this.#over = true;
      act();
    };
    const { reboot, poweroff } = this.env;
    return { ...this.env, reboot: ending(reboot), poweroff: ending(poweroff) };
  }
}
