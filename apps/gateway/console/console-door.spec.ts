import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { parseRequest } from '#libs/policy';
import { toActiveGrant } from '../grants/active-grant.js';
import { Audit } from '../ops/audit.js';
import { view } from '../testing/clients.js';
import { until, VNC } from '../testing/gateway.js';
import { TunnelBench } from '../testing/tunnel.js';
import { useGateway } from '../testing/use-gateway.js';
import { ConsoleDoor } from './console-door.js';
import { ConsoleOpener } from './console-opener.js';
import { Fences } from './fences.js';
import { LiveConsoles } from './live-consoles.js';
import { WsTunnels } from './ws-tunnel.js';

const { cluster, gateway } = useGateway();

it.each(['/leases', '/gatesessions'])('1013 where the API server does not answer in time: %s', async (silent) => {
  const grant = await cluster.grant();
  const bench = new TunnelBench();
  await bench.listen();
  const get = <T>(type: new (...args: never[]) => T): T => gateway.app.get<T>(type, { strict: false });
  const parts = [get(WsTunnels), get(Fences), get(ConsoleOpener), get(LiveConsoles), get(Audit)] as const;
  const door = new ConsoleDoor(...parts, 50);
  let asked = false;
  cluster.api.answer = ({ method, url }) => {
    const holds = method === 'POST' && url?.endsWith(silent) === true;
    asked ||= holds;
    return holds;
  };
  const parsed = parseRequest('GET', VNC.slice('/k8s'.length), '', true);
  if (!parsed.ok || parsed.request.console === undefined) throw new Error('no console');
  const { request } = parsed;
  const credential = { kind: 'grant', presented: { grant: toActiveGrant(grant) } } as const;
  const order = { request, credential, target: parsed.request.console, address: '192.0.2.1' };
  const upgraded = bench.upgrade();
  const viewing = view(bench.port, '/');
  const [req, socket, head]: [IncomingMessage, Socket, Buffer] = await upgraded;
  void door.open(req, socket, head, order);
  const viewer = await viewing;
  expect(await viewer.ended).toEqual({ code: 1013, reason: 'The cluster did not respond in time. Try again later.' });
  await until(() => asked);
  cluster.api.answer = () => false;
  await bench.close();
});
