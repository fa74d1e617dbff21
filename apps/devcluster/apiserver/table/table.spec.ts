import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer, thing, thingCrd, THINGS } from '../server.fixture.js';
import { humanDuration } from './age.js';
import { jsonPath } from './json-path.js';

describe('tables', () => {
  let server: TestServer;
  const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server.stop());

  const table = async (path: string): Promise<{ columns: string[]; cells: unknown[][] }> => {
    const answer = (await server.get(path, { headers: accept })) as unknown as {
      columnDefinitions: { name: string }[];
      rows: { cells: unknown[] }[];
    };
    return { columns: answer.columnDefinitions.map(({ name }) => name), cells: answer.rows.map(({ cells }) => cells) };
  };

  it('shows the columns of a CRD', async () => {
    await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', thingCrd);
    const made = await server.post(THINGS, thing('t', { size: 3 }));
    await server.put(`${THINGS}/t/status`, { ...made, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    const { columns, cells } = await table(THINGS);
    expect(columns).toEqual(['Name', 'Size', 'Ready', 'Age']);
    expect(cells[0]?.slice(0, 3)).toEqual(['t', 3, 'True']);
  });

  it('shows pods as kubectl does', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const pod = await server.post(pods, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'x' }] } });
    expect((await table(pods)).cells[0]?.slice(0, 4)).toEqual(['p', '0/1', 'Pending', '0']);
    const containerStatuses = [
      { name: 'c', ready: false, restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ];
    await server.put(`${pods}/p/status`, { ...pod, status: { phase: 'Running', containerStatuses } });
    expect((await table(`${pods}/p`)).cells[0]?.slice(0, 4)).toEqual(['p', '0/1', 'CrashLoopBackOff', '2']);
    const { metadata: now } = await server.get(`${pods}/p`);
    const initContainerStatuses = [
      { name: 'i', ready: false, restartCount: 1, state: { terminated: { exitCode: 1, reason: 'Error' } } },
    ];
    const status = { phase: 'Pending', initContainerStatuses, containerStatuses };
    await server.put(`${pods}/p/status`, { ...pod, metadata: now, status });
    expect((await table(`${pods}/p`)).cells[0]?.slice(0, 4)).toEqual(['p', '0/1', 'Init:Error', '1']);
  });

  it('gives only metadata where only that is asked for', async () => {
    const headers = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };
    const list = await server.get('/api/v1/namespaces', { headers });
    expect(list.kind).toBe('PartialObjectMetadataList');
    expect(Object.keys(list.items[0] ?? {})).toEqual(['kind', 'apiVersion', 'metadata']);
  });

  it('shortens spans', () => {
    const seconds = [5, 119, 120, 190, 601, 10_800, 30_000, 100_000, 200_000, 1_000_000, 100_000_000];
    expect(seconds.map((second) => humanDuration(second * 1000))).toEqual([
      '5s',
      '119s',
      '2m',
      '3m10s',
      '10m',
      '3h',
      '8h',
      '27h',
      '2d7h',
      '11d',
      '3y62d',
    ]);
  });

  it('follows the paths of printer columns', () => {
    const object = {
      a: {
        'b-c': [1, 2],
        d: [
          { t: 'x', v: 1 },
          { t: 'y', v: 2 },
        ],
      },
    };
    expect(jsonPath(object, '.a.b-c[1]')).toBe(2);
    expect(jsonPath(object, '.a.d[?(@.t=="y")].v')).toBe(2);
    expect(jsonPath(object, '.a.none.x')).toBeUndefined();
    expect(jsonPath(object, '.a.d[*].v')).toBeUndefined();
  });
});
