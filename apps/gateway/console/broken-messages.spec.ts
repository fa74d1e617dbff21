import { expect, it } from 'vitest';
import { frame, view } from '../testing/clients.js';
import { until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

const MIB = 1024 * 1024;
const FIN = 0x80;
const TEXT = 1;
const BINARY = 2;
const PING = 9;

const tooLarge = { code: 1009, reason: 'The client sent a message of more than 1 MiB.' };
const malformed = { code: 1002, reason: 'The client sent data that is not a valid WebSocket message.' };
const notUtf8 = { code: 1008, reason: 'The client sent text that is not valid UTF-8.' };

it.each([
  ['a byte more than 1 MiB', [frame(FIN | BINARY, 'x'.repeat(MIB + 1))], tooLarge],
  ['3 MiB', [frame(FIN | BINARY, 'x'.repeat(3 * MIB))], tooLarge],
  ['3 MiB of text', [frame(FIN | TEXT, 'x'.repeat(3 * MIB))], tooLarge],
  ['5 GiB announced', [frame(FIN | BINARY, 'x', 5 * 1024 * MIB)], tooLarge],
  ['more than 2^53 bytes announced', [frame(FIN | BINARY, 'x', 2 ** 60)], tooLarge],
  ['fragments of more than 1 MiB together', [frame(BINARY, 'x'.repeat(MIB)), frame(FIN, 'x')], tooLarge],
  ['a reserved opcode', [frame(FIN | 3, 'x')], malformed],
  ['a reserved bit', [frame(FIN | 0x40 | BINARY, 'x')], malformed],
  ['the end of a message that never began', [frame(FIN, 'x')], malformed],
  ['a ping of more than 125 bytes', [frame(FIN | PING, 'x'.repeat(126))], malformed],
  ['a frame without a mask', [Buffer.from([FIN | BINARY, 1, 120])], malformed],
  ['text that is not UTF-8', [Buffer.concat([frame(FIN | TEXT, '', 1), Buffer.from([0xff])])], notUtf8],
])('%s ends with a code and a reason, for the viewer and in the record', async (_, frames, end) => {
  const { status, metadata } = await cluster.grant();
  const viewer = await view(gateway.port, VNC, { authorization: `Bearer ${status?.token ?? ''}` });
  await viewer.receives('RFB');
  for (const one of frames) viewer.raw.write(one);
  expect(await viewer.ended).toEqual(end);
  const record = () => cluster.api.objects.list('gatesessions').find(({ spec }) => spec?.['token'] === metadata.name);
  await until(() => record()?.status?.['phase'] === 'Ended');
  expect(record()?.status?.['reason']).toBe(end.reason);
});
