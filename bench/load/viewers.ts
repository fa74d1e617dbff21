/**
 * People on consoles, a process of its own: bench/lib/viewers.ts starts it and tells it what to do.
 */
import { once } from 'node:events';
import { type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { encodeClientMessage } from '#libs/rfb';
import { type Ask, type Console, now } from '../lib/viewers.ts';
import { percentile } from '../lib/statistics.ts';

/** 64 bytes that every filter lets pass and that look the same on their way back. */
const ECHO = Buffer.from(encodeClientMessage({ type: 'setEncodings', encodings: Array.from({ length: 15 }, () => 0) }));
/** Bytes of the guest that end a step of the handshake, and the answer: RFC 6143, section 7. */
const RFB_STEPS: readonly (readonly [number, string])[] = [
  [12, 'RFB 003.008\n'],
  [2, '\x01'],
  [4, '\x01'],
];
const SERVER_INIT = 24 + 'bench'.length;

const open: Viewer[] = [];
/** When the consoles that were opened last have ended. */
let endTimes: number[] = [];
let tellEnd: () => void = () => undefined;

class Viewer {
  bytes = 0;
  readonly #socket: WebSocket;
  #heard: () => void = () => undefined;
  #lost: Error | undefined;
  #raw: Socket | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('upgrade', (answer) => (this.#raw = answer.socket));
    socket.on('message', (data: Buffer) => {
      this.bytes += data.length;
      this.#heard();
    });
    const lost = (error: Error): void => {
      this.#lost ??= error;
      this.#heard();
    };
    socket.on('error', lost);
    socket.on('close', () => oneEnded(now()));
    socket.on('close', (code, reason) => lost(new Error(`closed: ${code} ${reason.toString()}`)));
  }

  /** Resolves once the screen could be shown. */
  static async open({ url, headers, isScreen }: Console): Promise<Viewer> {
    const options = { headers, rejectUnauthorized: false, perMessageDeflate: false, skipUTF8Validation: true };
    const socket = new WebSocket(url.replace('http', 'ws'), ['plain.kubevirt.io'], options);
    const viewer = new Viewer(socket);
    await viewer.#shake(isScreen);
    if (url.includes('/stream-')) viewer.#onlyCount();
    return viewer;
  }

  async #shake(isScreen: boolean): Promise<void> {
    if (!isScreen) return void (await once(this.#socket, 'open'));
    let wanted = 0;
    for (const [bytes, answer] of RFB_STEPS) {
      await this.has((wanted += bytes));
      this.#socket.send(Buffer.from(answer, 'latin1'));
    }
    await this.has(wanted + SERVER_INIT);
  }

  /** Resolves once so many bytes have come since the start. @throws Error where the console ended before */
  has(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#heard = (): void => {
        if (this.bytes >= bytes) resolve();
        else if (this.#lost) reject(this.#lost);
      };
      this.#heard();
    });
  }

  async echo(): Promise<void> {
    const answered = this.has(this.bytes + ECHO.length);
    this.#socket.send(ECHO);
    await answered;
  }

  /** A stream costs its reader as little as can be: from here on the bytes of the socket are counted, once they flow. */
  #onlyCount(): void {
    this.#raw?.pause().removeAllListeners('data');
    this.#raw?.on('data', (chunk) => (this.bytes += chunk.length));
  }

  flow(): void {
    this.#raw?.resume();
  }

  async end(how: 'close' | 'terminate'): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket[how]();
    await closed;
  }
}

async function openAll(consoles: readonly Console[], atOnce: number): Promise<object> {
  const started = performance.now();
  const waiting = [...consoles];
  endTimes = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) open.push(await Viewer.open(next));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { seconds: (performance.now() - started) / 1000 };
}

/** One after the other on each console, all consoles at once. */
async function echo(seconds: number): Promise<object> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  const one = async (viewer: Viewer): Promise<void> => {
    for (let started = performance.now(); started < end; started = performance.now()) {
      await viewer.echo();
      times.push(performance.now() - started);
    }
  };
  await Promise.all(open.map(one));
  return { echoes: times.length, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

async function read(seconds: number): Promise<object> {
  const total = (): number => open.reduce((sum, { bytes }) => sum + bytes, 0);
  const [before, started] = [total(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return { bytes: total() - before, seconds: (performance.now() - started) / 1000 };
}

function oneEnded(at: number): void {
  endTimes.push(at);
  tellEnd();
}

async function ends(count: number): Promise<object> {
  await new Promise<void>((resolve) => {
    tellEnd = (): void => {
      if (endTimes.length >= count) resolve();
    };
    tellEnd();
  });
  open.splice(0);
  return { times: endTimes };
}

async function act(ask: Ask): Promise<object> {
  if (ask.what === 'open') return openAll(ask.consoles, ask.atOnce);
  if (ask.what === 'echo') return echo(ask.seconds);
  if (ask.what === 'read') return read(ask.seconds);
  if (ask.what === 'ends') return ends(ask.count);
  if (ask.what === 'flow') open.forEach((viewer) => viewer.flow());
  else await Promise.all(open.splice(0).map((viewer) => viewer.end(ask.what === 'close' ? 'close' : 'terminate')));
  return {};
}

process.on('message', (ask: Ask) => {
  act(ask).then(
    (said) => process.send?.(said),
    (error: unknown) => process.send?.({ fault: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
