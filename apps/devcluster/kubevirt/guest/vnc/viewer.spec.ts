import { afterEach, describe, expect, it } from 'vitest';
import {
  BGRX,
  type ClientMessage,
  encodeClientMessage,
  Encoding,
  PushParser,
  serverMessages,
  type ServerMessage,
} from '#libs/rfb';
import { Framebuffer } from '../../../../../e2e/support/framebuffer.js';
import { readScreen } from '../../../../../e2e/support/screen.js';
import { Screen } from '../screen/screen.js';
import { Viewer } from './viewer.js';

const screens: Screen[] = [];
afterEach(() => screens.splice(0).forEach((screen) => screen.dispose()));

class Client {
  readonly screen = new Screen();
  readonly messages: ServerMessage[] = [];
  closed = false;
  /** Says that the network has taken what was sent; undefined: it takes everything immediately. */
  unread: (() => void)[] | undefined;
  readonly #parser = new PushParser(serverMessages());
  readonly viewer: Viewer;

  constructor() {
    screens.push(this.screen);
    const peer = {
      send: (bytes: Uint8Array, taken: () => void = () => undefined) => {
        this.messages.push(...this.#parser.push(bytes));
        if (this.unread) this.unread.push(taken);
        else taken();
      },
      close: () => void (this.closed = true),
      backlog: 0,
    };
    this.viewer = new Viewer(this.screen, peer, { name: 'demo', stroke: () => undefined, clipboard: () => undefined });
  }

  send(...messages: ClientMessage[]): this {
    for (const message of messages) this.viewer.receive(encodeClientMessage(message));
    return this;
  }

  greet(...encodings: number[]): this {
    return this.send(
      { type: 'version', minor: 8 },
      { type: 'security', security: 1 },
      { type: 'init', shared: true },
      { type: 'setEncodings', encodings },
    );
  }

  ask(incremental: boolean, width = 800, height = 600): this {
    return this.send({ type: 'updateRequest', incremental, x: 0, y: 0, width, height });
  }

  updates(): Extract<ServerMessage, { type: 'update' }>[] {
    return this.messages.filter((message) => message.type === 'update');
  }

  lines(): string[] {
    const framebuffer = new Framebuffer(800, 600);
    for (const { rectangles } of this.updates()) rectangles.forEach((rectangle) => framebuffer.draw(rectangle));
    return readScreen(framebuffer.pixels, 800, 600);
  }
}

describe('a viewer', () => {
  it.each([
    ['Tight', Encoding.tight],
    ['Raw', Encoding.raw],
  ])('sees the screen by %s', async (_, encoding) => {
    const client = new Client().greet(encoding);
    client.screen.write('\x1b[31mred\x1b[0m, \x1b[44mblue ground\x1b[0m\r\nÄpfel');
    await client.screen.settled();
    client.ask(false);
    expect(client.lines().slice(0, 2)).toEqual(['red, blue ground', 'Äpfel']);
    expect(client.messages.find(({ type }) => type === 'init')).toMatchObject({
      width: 800,
      height: 600,
      name: 'demo',
    });
  });

  it('is sent what changed, when it asks, and nothing while nothing changes', async () => {
    const client = new Client().greet(Encoding.tight).ask(false);
    expect(client.updates()).toHaveLength(1);
    client.ask(true);
    expect(client.updates()).toHaveLength(1);
    client.screen.write('x');
    await client.screen.settled();
    expect(client.updates()).toHaveLength(2);
    // The character and the cursor that moved on.
    expect(client.updates()[1]?.rectangles).toMatchObject([{ x: 0, y: 0, width: 20, height: 24 }]);
    client.screen.write('y');
    await client.screen.settled();
    expect(client.updates()).toHaveLength(2);
    client.ask(true);
    expect(client.updates()).toHaveLength(3);
  });

  it('that asks faster than it reads gets one update for all its requests', async () => {
    const client = new Client().greet(Encoding.raw);
    client.unread = [];
    for (let asked = 0; asked < 50; asked++) client.ask(false);
    expect(client.updates()).toHaveLength(1);
    client.screen.write('x');
    await client.screen.settled();
    client.unread.shift()?.();
    expect(client.updates()).toHaveLength(2);
    client.unread.shift()?.();
    expect(client.updates()).toHaveLength(2);
    expect(client.lines()[0]).toBe('x');
  });

  it('costs little: a full screen of text is a few kilobytes by Tight', async () => {
    const client = new Client().greet(Encoding.tight);
    client.screen.write('The quick brown fox jumps over the lazy dog. '.repeat(44));
    await client.screen.settled();
    client.ask(false);
    const size = client.updates()[0]?.rectangles.reduce((sum, { data }) => sum + data.length, 0);
    expect(size).toBeLessThan(16_000);
  });

  it('joins equal spans and keeps damage outside of what was asked for', async () => {
    const client = new Client().greet(Encoding.tight).ask(false);
    client.screen.write('ab\r\nab\r\n');
    await client.screen.settled();
    client.ask(true, 800, 24);
    expect(client.updates()[1]?.rectangles).toMatchObject([{ y: 0, height: 24 }]);
    client.ask(true);
    expect(client.updates()[2]?.rectangles).toMatchObject([
      { y: 24, width: 20, height: 24 },
      { y: 48, width: 10, height: 24 },
    ]);
  });

  it('announces the pointer and QEMU keys once, to those who know them', () => {
    const client = new Client().greet(Encoding.tight, Encoding.cursor, Encoding.qemuKey).ask(false);
    client.send({ type: 'setEncodings', encodings: [Encoding.raw, Encoding.cursor, Encoding.qemuKey] }).ask(false);
    const extras = client.updates().map(({ rectangles }) => rectangles.filter(({ encoding }) => encoding < 0).length);
    expect(extras).toEqual([2, 0]);
  });

  it('writes pixels as the client wants them', () => {
    const client = new Client().greet(Encoding.raw);
    const format = { ...BGRX, redShift: 0, blueShift: 16 };
    client.send({ type: 'setPixelFormat', format }).ask(false, 10, 24);
    expect([...(client.updates()[0]?.rectangles[0]?.data.subarray(0, 4) ?? [])]).toEqual([0x10, 0x14, 0x1c, 0]);
  });

  it('answers fences and speaks RFB 3.7 without a result', () => {
    const client = new Client().greet();
    client.send({ type: 'fence', flags: 0x80000001 | 0, payload: Uint8Array.of(7) });
    expect(client.messages.at(-1)).toEqual({ type: 'fence', flags: 1, payload: Uint8Array.of(7) });
    const sent: Uint8Array[] = [];
    const peer = { send: (bytes: Uint8Array) => void sent.push(bytes), close: () => undefined, backlog: 0 };
    const old = new Viewer(client.screen, peer, { name: '', stroke: () => undefined, clipboard: () => undefined });
    old.receive(encodeClientMessage({ type: 'version', minor: 7 }));
    old.receive(encodeClientMessage({ type: 'security', security: 1 }));
    expect(sent.map(({ length }) => length)).toEqual([12, 2]);
  });

  it('is cut off when it breaks the protocol', () => {
    for (const bytes of ['GET / HTTP/1.1\r\n', 'RFB 003.008\n\x13']) {
      const client = new Client();
      client.viewer.receive(Buffer.from(bytes, 'latin1'));
      expect(client.closed).toBe(true);
    }
  });
});
