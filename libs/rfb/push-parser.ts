/**
 * A parser written as a generator: it yields the number of bytes that it needs next and is resumed with exactly those,
 * or yields a parsed value and is resumed at once. Bytes that it gets are a view that is valid until the next yield.
 */
export type Steps<T> = Generator<number | T, void, Uint8Array>;

const NOTHING = new Uint8Array(0);
/** A buffer that grew beyond this is given back when it is empty: idle connections are many. */
const KEEP = 4096;

/** Drives Steps with chunks that may be cut anywhere. After an error every further push throws the same error. */
export class PushParser<T extends object> {
  #want: number | undefined;
  #buffer: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;
  #failure: Error | undefined;

  constructor(private readonly steps: Steps<T>) {}

  /** Bytes that are held until their message is whole. */
  get held(): number {
    return this.#end - this.#start;
  }

  /** @returns the values that this chunk completed, in order. Throws what the steps throw. */
  push(chunk: Uint8Array): T[] {
    if (this.#failure !== undefined) throw this.#failure;
    this.#append(chunk);
    try {
      return this.#run();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#buffer = NOTHING;
      this.#start = this.#end = 0;
      throw error;
    }
  }

  #run(): T[] {
    const out: T[] = [];
    this.#want ??= this.#next(NOTHING, out);
    while (this.#want !== undefined && this.#end - this.#start >= this.#want) {
      const bytes = this.#buffer.subarray(this.#start, this.#start + this.#want);
      this.#start += this.#want;
      this.#want = this.#next(bytes, out);
    }
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if (this.#buffer.length > KEEP) this.#buffer = NOTHING;
    }
    return out;
  }

  #next(bytes: Uint8Array, out: T[]): number | undefined {
    let step = this.steps.next(bytes);
    while (step.done !== true && typeof step.value === 'object') {
      out.push(step.value);
      step = this.steps.next(NOTHING);
    }
    return step.done === true ? undefined : (step.value as number);
  }

  #append(chunk: Uint8Array): void {
    const length = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(64, (length + chunk.length) * 2));
      grown.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = grown;
      this.#start = 0;
      this.#end = length;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }
}

/** Reads and forgets `length` bytes without holding them. */
export function* discard(length: number): Generator<number, void, Uint8Array> {
  for (let left = length; left > 0;) {
    const step = Math.min(left, 4096);
    yield step;
    left -= step;
  }
}
