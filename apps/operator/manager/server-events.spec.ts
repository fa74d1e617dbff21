import { beforeEach, expect, it } from 'vitest';
import { API_VERSION, type GateServer, ROTATE } from '#libs/api';
import { ServerEvents } from './server-events.js';

let told: string[];
let put: (server: GateServer, old?: GateServer) => void;
let absent: (problem: string | undefined) => void;

const serverOf = (spec: object = {}, metadata: object = {}) =>
  ({
    ...{ apiVersion: API_VERSION, kind: 'GateServer' },
    metadata: { name: 'gs', namespace: 'n', uid: 'u', ...metadata },
    spec: { route: 'a.b.example', ...spec },
  }) as GateServer;

beforeEach(() => {
  told = [];
  const all = [serverOf(), serverOf({}, { name: 'other', uid: 'v' })];
  const gateServers = { on: (_event: string, handler: typeof put) => (put = handler), list: () => all };
  const event = (_type: object, { metadata }: GateServer, level: string, reason: string, message: string) =>
    void told.push(`${metadata.name} ${level} ${reason}: ${message}`);
  const admission = { onAbsent: (listener: typeof absent) => (absent = listener) };
  new ServerEvents({ gateServers } as never, { event } as never, admission as never).start();
});

it('a change of a spec names the fields, and neither values nor users', () => {
  put(serverOf({ img: 'hidden', replicas: 3 }), serverOf());
  put(serverOf({}, { annotations: { [ROTATE]: 'hidden' } }), serverOf());
  expect(told).toEqual([
    'gs Normal SpecChanged: spec.img and spec.replicas were changed.',
    `gs Normal SpecChanged: metadata.annotations.${ROTATE} was changed.`,
  ]);
});

it.each<[string, GateServer, GateServer | undefined]>([
  ['comes', serverOf(), undefined],
  ['is as it was', serverOf(), serverOf()],
  ['was created anew', serverOf({ img: 'x' }, { uid: 'new' }), serverOf()],
  ['has another status', { ...serverOf(), status: { phase: 'Ready' } }, serverOf()],
])('nothing is told of one that %s', (_what, server, old) => {
  put(server, old);
  expect(told).toEqual([]);
});

it('every GateServer is told that the webhook is missing, and that it is back', () => {
  absent('ValidatingWebhookConfiguration kube-gateway does not exist.');
  absent(undefined);
  const missing =
    'ValidatingWebhookConfiguration kube-gateway does not exist. Meanwhile, not everything is checked that creators of GateTokens and GateServers may give.';
  const back = 'Whoever creates GateTokens and GateServers is checked again.';
  expect(told).toEqual([
    `gs Warning WebhookMissing: ${missing}`,
    `other Warning WebhookMissing: ${missing}`,
    `gs Normal WebhookBack: ${back}`,
    `other Normal WebhookBack: ${back}`,
  ]);
});
