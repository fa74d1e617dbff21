/** The stub API of the measured pages: one user, one link, and a list of VMs; every answer is ready before it is asked for. */
import type { NextFunction, Request, Response } from 'express';
import { PNG } from 'pngjs';
import type { GrantInfo, LinkInfo, SessionInfo, Vm } from '../../libs/api/index.ts';

export const NAMESPACE = 'bench';
export const CODE = 'AbCdEfGhIjKlMnOpQrStUvWx';

/** The cookie that stands for a sign-in. */
export const SIGNED_IN = 'kg-bench';

const BOTH = { vnc: true, serial: true };
const UNTIL = new Date(Date.now() + 3_600_000).toISOString();

const session: SessionInfo = {
  username: 'bench@example.com',
  groups: [],
  method: 'token',
  namespace: NAMESPACE,
};

const grant: GrantInfo = {
  namespace: NAMESPACE,
  vm: 'bench-0000',
  until: UNTIL,
  consoles: BOTH,
  has: BOTH,
  'view-only': false,
  'take-over': true,
  'vm-status': 'Running',
  busy: { vnc: false, serial: false },
};

const link: LinkInfo = {
  namespace: NAMESPACE,
  vm: 'bench-0000',
  urls: [],
  consoles: [
    {
      namespace: NAMESPACE,
      vm: 'bench-0000',
      ...BOTH,
      'vm-status': 'Running',
      location: `/console/${NAMESPACE}/bench-0000`,
    },
  ],
  others: [],
  until: UNTIL,
  'single-use': false,
  'view-only': false,
  issuer: 'bench@example.com',
  location: `/console/${NAMESPACE}/bench-0000`,
};

/** @param index becomes part of the name, which sorts by it */
function vm(index: number): Vm {
  const running = index % 3 !== 1;
  const on = { vnc: running, serial: running };
  return {
    name: `bench-${String(index).padStart(4, '0')}`,
    namespace: NAMESPACE,
    uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    created: '2026-01-01T00:00:00Z',
    status: running ? 'Running' : 'Stopped',
    ready: running,
    ...(running && { node: `node-${index % 7}`, os: 'Fedora Linux 44' }),
    ips: running ? [`10.0.${index >> 8}.${index & 255}`] : [],
    cpu: 2,
    memory: '4Gi',
    conditions: running
      ? [{ type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }]
      : [],
    consoles: on,
    viewers: [],
    may: { ...BOTH, issue: true, start: true, stop: true, restart: true, pause: true, unpause: true },
    lacks: [],
  };
}

const vms = (count: number): { items: Vm[] } => ({ items: Array.from({ length: count }, (_, at) => vm(at)) });

/** Express: answers what the pages ask of the API; the rest is left to the gateway. @param count of VMs in the list */
export function answersOf(count: number): (req: Request, res: Response, next: NextFunction) => void {
  const inside = `/api/v1/namespaces/${NAMESPACE}`;
  const answers = new Map<string, unknown>([
    ['GET /api/v1/session', session],
    ['GET /api/v1/namespaces', { items: [{ name: NAMESPACE, gateserver: true }] }],
    [`GET ${inside}/vms`, vms(count)],
    [`GET ${inside}/gatetokens`, { items: [] }],
    [`GET ${inside}/gatesessions`, { items: [] }],
    ['GET /api/v1/grant', grant],
    ['GET /api/v1/cookies', { kept: true }],
    ['POST /l', link],
  ]);
  const bodies = new Map([...answers].map(([of, answer]) => [of, JSON.stringify(answer)]));
  const picture = screenshot();
  return (req, res, next) => {
    // Guests are not signed in.
    if (req.path === '/api/v1/session' && req.headers.cookie?.includes(SIGNED_IN) !== true) return void refuse(res);
    const body = bodies.get(`${req.method} ${req.path}`);
    if (body !== undefined) res.set('cache-control', 'no-store').type('json').send(body);
    else if (req.path === `${inside}/events`) stream(res);
    else if (req.path.endsWith('/screenshot')) res.type('png').send(picture);
    else next();
  };
}

function refuse(res: Response): void {
  const status = {
    kind: 'Status',
    status: 'Failure',
    code: 401,
    reason: 'Unauthorized',
    message: 'Nobody is signed in.',
  };
  res.status(401).set('cache-control', 'no-store').json(status);
}

/** It begins with a reset, as each stream of the gateway does. */
function stream(res: Response): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  res.write(`event: change\ndata: ${JSON.stringify({ kind: 'reset', type: 'reset', lacks: [] })}\n\n`);
}

function screenshot(): Buffer {
  const { data } = new PNG({ width: 640, height: 480 });
  return PNG.sync.write(Object.assign(new PNG({ width: 640, height: 480 }), { data: data.fill(0x55) }));
}
