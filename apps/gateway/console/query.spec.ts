import { expect, it } from 'vitest';
import { openRaw } from '../testing/clients.js';
import { SERIAL, until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

/** @returns the target, in bytes, that the cluster saw when a viewer opened `path` */
async function forwarded(path: string): Promise<string> {
  const { status } = await cluster.grant();
  const before = cluster.api.guests.length;
  const socket = openRaw(gateway.port, path, { authorization: `Bearer ${status?.token ?? ''}` });
  await until(() => cluster.api.guests.length > before);
  const guest = cluster.api.guests.at(-1);
  const closed = new Promise((resolve) => guest?.socket.once('close', resolve));
  socket.destroy();
  await closed;
  return guest?.url ?? '';
}

it.each([
  ['', ''],
  ['?', ''],
  ['?a=b%20c+d&flag&e=', '?a=b%20c+d&flag&e='],
  [`?&&%7e~=%2F/"'{}<>|\`^\\#f`, `?&&%7e~=%2F/"'{}<>|\`^\\#f`],
  ['??q&r=?', '??q&r=?'],
  ['?takeover', ''],
  ['?a=1&takeover=true&%74akeover=1&b=%zz', '?a=1&b=%zz'],
  ['?assets=1&%61s=link&basis', '?assets=1&basis'],
  ['?preserve%53ession=false&xtakeover=1&takeoverx&preserveSession', '?xtakeover=1&takeoverx'],
])('the query "%s" of a serial console is sent as "%s"', async (asked, sent) => {
  expect(await forwarded(SERIAL + asked)).toBe(SERIAL.slice('/k8s'.length) + sent);
});

it('the query of a screen is sent with the wish to keep its viewer', async () => {
  const sent = `${VNC.slice('/k8s'.length)}?a=b%20c&flag&preserveSession=true`;
  expect(await forwarded(`${VNC}?a=b%20c&preserveSession=false&flag`)).toBe(sent);
});
