import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Subject } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import { until } from '../testing/gateway.js';
import { eventOf, sendEvents } from './event-stream.js';

const MISSED = eventOf('change', 'read the lists again');
/** More than the buffers of both sockets take. */
const MANY = 40_000;
const PADDING = 'x'.repeat(1000);

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** @returns the reader's end of a stream, its writer's end, and where to put events */
async function stream(): Promise<{ reader: IncomingMessage; writer: ServerResponse; events: Subject<string> }> {
  const events = new Subject<string>();
  let writer: ServerResponse | undefined;
  const server = createServer((_req, res) => {
    writer = res;
    sendEvents(res, events, MISSED);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => (server.closeAllConnections(), server.close()));
  const asked = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  const answered = new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
  asked.end();
  const reader = await answered;
  closers.push(() => reader.destroy());
  if (writer === undefined) throw new Error('nobody asked');
  return { reader, writer, events };
}

it('keeps a bounded number of events for a reader who stalls, who is then told to read the lists again', async () => {
  const { reader, writer, events } = await stream();
  for (let at = 0; at < MANY; at++) events.next(eventOf('change', `${at} ${PADDING}`));
  expect(writer.writableLength).toBeLessThan(1_048_576);
  let text = '';
  reader.on('data', (data: Buffer) => (text += data.toString()));
  events.next(eventOf('change', 'last'));
  await until(() => text.includes('data: last\n\n'));
  const seen = [...text.matchAll(/^data: (\d+) /gm)].map(([, at]) => Number(at));
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.length).toBeLessThan(MANY);
  // What came after the ones that were left out follows the word that some were.
  expect(text.indexOf(MISSED)).toBeGreaterThan(0);
  expect(text.indexOf('data: last')).toBeGreaterThan(text.indexOf(MISSED));
});

it('leaves out nothing for a reader who keeps up', async () => {
  const { reader, events } = await stream();
  let text = '';
  reader.on('data', (data: Buffer) => (text += data.toString()));
  for (let at = 0; at < 500; at++) events.next(eventOf('change', `${at} ${PADDING}`));
  await until(() => text.includes('data: 499 '));
  expect(text).not.toContain(MISSED);
  expect(text.match(/^data: /gm)).toHaveLength(500);
});

it('ends with its events, and lets go of them when the reader leaves', async () => {
  const ending = await stream();
  const ended = new Promise((resolve) => ending.reader.resume().once('end', resolve));
  ending.events.complete();
  await ended;
  const left = await stream();
  left.reader.destroy();
  await until(() => !left.events.observed);
});
