import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { OwnClient, UserClients } from '#libs/kube';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { parseRequest } from '#libs/policy';
import { GATEWAY_CONFIG, type GatewayConfig, readConfig } from '../config/config.js';
import { type Credential } from '../credentials/credential.js';
import { CredentialChooser } from '../credentials/credential-chooser.js';
import { GuestCredential } from '../credentials/guest-credential.js';
import { Identities } from '../credentials/identities.js';
import { toActiveGrant } from '../grants/active-grant.js';
import { GrantEnds } from '../grants/grant-ends.js';
import { Usage } from '../grants/usage.js';
import { Answers } from '../http/answers.js';
import { ClientAddresses } from '../http/client-address.js';
import { RequestLog } from '../http/request-log.js';
import { Audit } from '../ops/audit.js';
import { Readiness } from '../ops/readiness.js';
import { Pipeline } from '../proxy/pipeline.js';
import { PlainUpgrades } from '../proxy/plain-upgrades.js';
import { UpgradeDoor } from '../proxy/upgrade-door.js';
import { signedIn } from '../testing/rest.js';
import { view } from '../testing/clients.js';
import { BASE_ENV, until, VNC } from '../testing/gateway.js';
import { TunnelBench } from '../testing/tunnel.js';
import { useGateway } from '../testing/use-gateway.js';
import { IssuerRights } from '../issuers/issuer-rights.js';
import { ConsoleRights } from '../vms/console-rights.js';
import { UserVms } from '../vms/user-vms.js';
import { VmStates } from '../vms/vm-states.js';
import { Watches } from '../cluster/watches.js';
import { ConsoleDoor } from './console-door.js';
import { ConsoleHolds } from './console-holds.js';
import { ConsoleOpener } from './console-opener.js';
import { ConsoleRecorder } from './console-recorder.js';
import { Fences } from './fences.js';
import { GuestConnector } from './guest-connector.js';
import { LiveConsoles } from './live-consoles.js';
import { WsTunnels } from './ws-tunnel.js';

const SHORT_MS = 50;
const LATE = { code: 1013, reason: 'The cluster did not respond in time. Try again later.' };
const { cluster, gateway } = useGateway();
const bench = new TunnelBench();
beforeAll(() => bench.listen());
afterEach(() => {
  cluster.api.answer = () => false;
  cluster.api.answerUpgrade = () => false;
});
afterAll(() => bench.close());

const get = <T>(type: abstract new (...args: never[]) => T): T => gateway.app.get<T>(type, { strict: false });

/** A door that gives up soon, of a replica that has no token for guests yet. */
function door(): ConsoleDoor {
  const config = gateway.app.get<GatewayConfig>(GATEWAY_CONFIG);
  const logger = gateway.app.get<Logger>(LOGGER);
  const guests = new GuestCredential(get(OwnClient), config, logger, new Clock(), new Readiness());
  const identities = new Identities(guests, get(GrantEnds), get(IssuerRights), get(Usage), new Clock());
  const connector = new GuestConnector(identities, config);
  const opener = new ConsoleOpener(get(VmStates), get(UserVms), get(ConsoleHolds), get(ConsoleRecorder), connector);
  return new ConsoleDoor(get(WsTunnels), get(Fences), opener, get(LiveConsoles), get(Audit), get(Clock), SHORT_MS);
}

/** The API server leaves matching requests without an answer. @returns those that came */
function silence(matches: (req: IncomingMessage) => boolean): IncomingMessage[] {
  const came: IncomingMessage[] = [];
  const holds = (req: IncomingMessage): boolean => matches(req) && came.push(req) > 0;
  cluster.api.answer = holds;
  cluster.api.answerUpgrade = (req, socket) => holds(req) && socket.resume() === socket;
  return came;
}

const ends = (method: string, end: string) => (req: IncomingMessage) =>
  req.method === method && req.url?.split('?')[0]?.endsWith(end) === true;
const user = (): Credential => ({
  kind: 'user',
  user: { username: 'eve', groups: [], method: 'token', session: 's', token: () => 'theirs' },
});
const guest = async (): Promise<Credential> => ({
  kind: 'grant',
  presented: { grant: toActiveGrant(await cluster.grant(), readConfig(BASE_ENV).sessionKey) },
});

it.each([
  ['the VM of a namespace that is not watched', ends('GET', '/virtualmachines/demo'), user, 'elsewhere'],
  ['the Lease', ends('POST', '/leases'), guest, 'ns'],
  ['the record', ends('POST', '/gatesessions'), guest, 'ns'],
  ['the token of the guest account', ends('POST', '/gs-guest/token'), guest, 'ns'],
  ['the console itself', ends('GET', '/vnc'), guest, 'ns'],
])('1013 where the API server does not answer in time: %s', async (_what, matches, credential, namespace) => {
  const parsed = parseRequest('GET', VNC.slice('/k8s'.length).replace('/ns/', `/${namespace}/`), '', true);
  if (!parsed.ok || parsed.request.console === undefined) throw new Error('no console');
  const { request } = parsed;
  const order = { request, credential: await credential(), target: parsed.request.console, address: '192.0.2.1' };
  const came = silence(matches);
  const upgraded = bench.upgrade();
  const viewing = view(bench.port, '/');
  const [req, socket, head]: [IncomingMessage, Socket, Buffer] = await upgraded;
  void door().open(req, socket, head, order);
  expect(await (await viewing).ended).toEqual(LATE);
  await until(() => came.length > 0);
  // Nothing is left of it: neither the way to the guest nor the claim to the console.
  if (came[0]?.headers.upgrade !== undefined) await until(() => came[0]?.socket.readableEnded === true);
  const held = () => cluster.api.objects.list('leases').filter(({ metadata: { name } }) => name?.endsWith('-vnc'));
  await until(() => held().length === 0);
});

it('1013 where the API server does not say in time what a signed-in user may do', async () => {
  const cookie = await signedIn('ada');
  const came = silence(ends('POST', '/selfsubjectaccessreviews'));
  const rights = new ConsoleRights(get(UserClients), SHORT_MS);
  const pipeline = new Pipeline(
    get(CredentialChooser),
    rights,
    get(Watches),
    get(IssuerRights),
    gateway.app.get<GatewayConfig>(GATEWAY_CONFIG),
  );
  const parts = [get(PlainUpgrades), get(Answers), get(RequestLog), get(ClientAddresses)] as const;
  const upgrades = new UpgradeDoor(pipeline, door(), ...parts);
  const upgraded = bench.upgrade();
  const viewing = view(bench.port, VNC, { cookie, origin: 'https://gate.example.com' });
  upgrades.handle(...(await upgraded));
  const { code, reason } = await (await viewing).ended;
  expect([code, reason]).toEqual([1013, expect.stringMatching(/could not ask the cluster for your permissions/)]);
  expect(came).toHaveLength(1);
});
