/**
 * The load generator that needs nothing installed: `node bench/load/requests.ts JSON`, a Load of bench/lib/load.ts. Its only
 * line is JSON, a Loaded. It speaks to bare sockets, so that it costs less than what is measured.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Load } from '../lib/load.ts';
import { percentile } from '../lib/statistics.ts';

const load = JSON.parse(process.argv[2] ?? '') as Load;
const url = new URL(load.url);
const body = load.body ?? '';
const headers = { Host: url.host, ...load.headers, ...(body === '' ? {} : { 'content-length': String(body.length) }) };
const cookies = load.cookies === undefined ? [] : readFileSync(load.cookies, 'utf8').trim().split('\n');
const requests = cookies.length === 0 ? [requestWith({})] : cookies.map((cookie) => requestWith({ cookie }));
let sent = 0;
const END_OF_HEAD = '\r\n\r\n';

function requestWith(more: Record<string, string>): string {
  const lines = Object.entries({ ...headers, ...more }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${load.method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

async function open(): Promise<Socket> {
  const [host, port] = [url.hostname, Number(url.port)];
  const isTls = url.protocol === 'https:';
  // The stub's certificate is its own: whether it is trusted is not measured here.
  const socket = isTls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port, noDelay: true });
  await once(socket, isTls ? 'secureConnect' : 'connect');
  return socket;
}

/** Bytes of a whole answer; of one that has no end, all that is to be waited for. @returns NaN while the head is not there */
function lengthOf(answer: Buffer): number {
  const end = answer.indexOf(END_OF_HEAD);
  if (end < 0) return NaN;
  const head = answer.toString('latin1', 0, end);
  if (!/^HTTP\/1.1 [23]/.test(head)) throw new Error(head);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
  if (load.until === 'first bytes') return end + END_OF_HEAD.length + 1;
  if (Number.isNaN(length)) throw new Error(`An answer without a length: ${head}`);
  return end + END_OF_HEAD.length + length;
}

/** Sends the request and waits for what counts as its answer. */
function exchange(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let head: Buffer | undefined;
    let [wanted, got] = [NaN, 0];
    const settle = (error?: Error): void => {
      socket.off('data', onData).off('error', settle).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = (): void => settle(new Error('closed'));
    const onData = (chunk: Buffer): void => {
      got += chunk.length;
      if (Number.isNaN(wanted)) {
        head = head === undefined ? chunk : Buffer.concat([head, chunk]);
        try {
          wanted = lengthOf(head);
        } catch (error) {
          return settle(error as Error);
        }
      }
      if (got >= wanted) settle();
    };
    socket.on('data', onData).on('error', settle).on('close', onClose);
    socket.write(requests[sent++ % requests.length] ?? '');
  });
}

const times: number[] = [];
const faults: unknown[] = [];
const isKept = load.until === 'end';
// To open the connections that are kept is not part of the load: with TLS it could take longer than that.
const kept = await Promise.all(Array.from({ length: isKept ? load.connections : 0 }, open));
const started = performance.now();
const end = started + load.seconds * 1000;

/** One connection, asked again and again; a new one for each answer that has no end. */
async function ask(connection: Socket | undefined): Promise<void> {
  while (performance.now() < end) {
    const asked = performance.now();
    try {
      const socket = connection ?? (await open());
      await exchange(socket);
      times.push(performance.now() - asked);
      if (!isKept) socket.destroy();
    } catch (error) {
      faults.push(error);
      connection = isKept ? await open() : undefined;
    }
  }
  connection?.destroy();
}

await Promise.all(Array.from({ length: load.connections }, (_, at) => ask(kept[at])));
const seconds = (performance.now() - started) / 1000;
if (faults.length > 0) console.error(faults[0]);
const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
console.log(JSON.stringify({ requests: times.length + faults.length, seconds, p50, p99, failed: faults.length }));
