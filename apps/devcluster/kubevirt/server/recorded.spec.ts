import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RECORDED, type RecordedAnswer, states } from '#libs/kubevirt/testing';
import { REMOTE, VirtApi } from './testing/virt-api.js';

let virtApi: VirtApi;

beforeAll(async () => {
  virtApi = await VirtApi.start();
  await virtApi.given(...Object.values(states('ns')));
});

afterAll(() => virtApi.close());

type Answered = RecordedAnswer['answer'];

const pathOf = ({ vm, path }: RecordedAnswer): string =>
  `/apis/subresources.kubevirt.io/v1/namespaces/ns/${path.replace('NAME', vm)}`;

/** Of a body what the recording kept of it. */
function kept(type: string, body: string): Answered['body'] {
  if (type !== 'application/json') return body.slice(0, 200);
  const { message, reason, code } = JSON.parse(body) as { message: string; reason: string; code: number };
  return { message, reason, code };
}

async function ask(one: RecordedAnswer): Promise<Answered> {
  const headers = { ...REMOTE, ...(one.accept === null ? {} : { accept: one.accept }) };
  const { code, type, body } = await virtApi.ask(
    one.method,
    pathOf(one),
    virtApi.apiServer,
    headers,
    one.body_sent ?? '',
  );
  return { status: code, type, protocol: null, body: kept(type, body.toString()) };
}

function upgrade(one: RecordedAnswer): Promise<Answered> {
  const offered = typeof one.upgrade === 'string' ? [one.upgrade] : [];
  const { ca, apiServer, origin } = virtApi;
  const socket = new WebSocket(`wss://${origin}${pathOf(one)}`, offered, {
    ...apiServer,
    ca: ca.cert,
    headers: REMOTE,
  });
  return new Promise((resolve, reject) => {
    socket.on('upgrade', ({ statusCode: status = 0, headers }) => {
      const protocol = headers['sec-websocket-protocol'] ?? null;
      resolve({ status, type: headers['content-type'] ?? '', protocol, body: '' });
      socket.terminate();
    });
    socket.on('unexpected-response', (_, answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const type = answer.headers['content-type'] ?? '';
        const body = kept(type, Buffer.concat(parts).toString());
        resolve({ status: answer.statusCode ?? 0, type, protocol: null, body });
      });
    });
    socket.on('error', reject);
  });
}

// One after the other, as they were recorded: a VM that was started is then stopped.
describe('answers as virt-api does', () => {
  const named = RECORDED.map((one) => ({ one, name: `${one.vm}: ${one.method} ${one.path}, Accept ${one.accept}` }));

  it('the whole recording is here', () => expect(RECORDED).toHaveLength(83));

  it.each(named)('$name', async ({ one }) => {
    const answered = await (one.upgrade === false ? ask(one) : upgrade(one));
    expect(answered).toEqual(one.answer);
  });
});
