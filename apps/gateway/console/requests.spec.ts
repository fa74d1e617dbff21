import { describe, expect, it } from 'vitest';
import { type GateTokenSpec } from '#libs/api';
import { requestInfo } from '#libs/policy';
import { type Viewer } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { signedIn } from '../testing/rest.js';
import { bearer, useConsoles } from '../testing/use-consoles.js';

const { cluster, machine, open } = useConsoles();

/** What the gateway asks the API server for a console; where order matters, the tests say so. */
const OPEN = ['POST leases', 'POST gatesessions', 'PATCH gatesessions/status'];
const CLOSE = ['PATCH gatesessions/status', 'PATCH gatetokens/status', 'DELETE leases'];

/** A grant whose issuer is proven: the cluster is asked whether they still have what it gives. */
async function issued(spec: Partial<GateTokenSpec>, username: string) {
  const { name, path, grant } = await machine({ ...spec, issuer: { username } });
  const approved = cluster.approve(grant.metadata.name ?? '', { ...grant.status, issuer: username });
  return { name, path, grant: approved };
}

/** Requests of consoles from here on; watches and the Lease of the replica go on beside them. */
function listen(): () => string[] {
  const from = cluster.api.seen.length;
  return () =>
    cluster.api.seen.slice(from).flatMap(({ method, url }) => {
      const [path = '', query = ''] = url.split('?');
      const { resource = '', subresource, name, verb } = requestInfo(method, path, query);
      if (verb === 'watch' || verb === 'list' || name?.startsWith('kg-replica') === true) return [];
      return [`${method} ${subresource === undefined ? resource : `${resource}/${subresource}`}`];
    });
}

/** Opens and closes a console. @returns the requests of each */
async function openAndClose(
  path: string,
  headers: Record<string, string>,
  [opens, closes]: [number, number],
): Promise<[string[], string[]]> {
  const opening = listen();
  const viewer: Viewer = await open(path, headers);
  await until(() => opening().length >= opens);
  const closing = listen();
  viewer.socket.close();
  await viewer.ended;
  await until(() => closing().length >= closes);
  await until(() => cluster.api.objects.list('leases').every(({ metadata: { name } }) => !name?.endsWith('-vnc')));
  return [opening().slice(0, -closing().length), closing()];
}

const sorted = (asked: string[]): string[] => asked.toSorted();

describe('requests to the API server', () => {
  it('of a guest: the Lease, the record, the dial and the count, and once a minute the rights of the issuer', async () => {
    const { path, grant } = await issued({}, 'ann');
    const [first, closed] = await openAndClose(path, bearer(grant), [6, 3]);
    expect(first.slice(0, 2)).toEqual(['POST localsubjectaccessreviews', 'POST leases']);
    const dial = ['GET virtualmachineinstances/vnc', 'PATCH gatetokens/status'];
    expect(sorted(first.slice(1))).toEqual(sorted([...OPEN, ...dial]));
    expect(sorted(closed)).toEqual(sorted(CLOSE));
    const [second, again] = await openAndClose(path, bearer(grant), [5, 3]);
    expect(sorted(second)).toEqual(sorted([...OPEN, ...dial]));
    expect(sorted(again)).toEqual(sorted(CLOSE));
  });

  it('of a user: their rights, the Lease, the record and the dial', async () => {
    const { path } = await machine();
    const headers = { cookie: await signedIn('ada'), origin: 'https://gate.example.com' };
    for (const _ of ['first', 'second']) {
      const [opened, closed] = await openAndClose(path, headers, [5, 2]);
      expect(opened.slice(0, 2)).toEqual(['POST selfsubjectaccessreviews', 'POST leases']);
      expect(sorted(opened)).toEqual(
        sorted(['POST selfsubjectaccessreviews', ...OPEN, 'GET virtualmachineinstances/vnc']),
      );
      expect(sorted(closed)).toEqual(['DELETE leases', 'PATCH gatesessions/status']);
    }
  });
});
