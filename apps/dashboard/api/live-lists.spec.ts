import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ChangeEvent, type MissingRight, type Vm } from '#libs/api';
import { LiveLists } from './live-lists.js';
import { keys } from './query.js';

const key = keys.vms('ns');
const vm = (name: string, status: string): Vm => ({ name, status }) as Vm;
const put = (object: Vm): ChangeEvent => ({ kind: 'vm', type: 'put', object });

let client: QueryClient;
let lists: LiveLists;
/** Fetches that wait for their answer. */
let waiting: ((items: Vm[] | Error) => void)[];

const fetchVms = (): Promise<unknown> =>
  client
    .fetchQuery({
      queryKey: key,
      retry: false,
      queryFn: () =>
        new Promise<{ items: Vm[] }>((done, fail) => {
          waiting.push((items) => (items instanceof Error ? fail(items) : done({ items })));
        }),
    })
    .catch(() => undefined);

const answer = async (items: Vm[] | Error): Promise<void> => {
  await expect.poll(() => waiting.length).toBeGreaterThan(0);
  waiting.shift()?.(items);
};

const shown = (): (string | undefined)[] =>
  (client.getQueryData<{ items: Vm[] }>(key)?.items ?? []).map(({ name, status }) => `${name} ${status}`);

beforeEach(async () => {
  waiting = [];
  client = new QueryClient();
  lists = new LiveLists(client, 'ns');
  const first = fetchVms();
  await answer([vm('a', 'Running'), vm('b', 'Running')]);
  await first;
});

afterEach(() => {
  lists.stop();
  client.clear();
});

it('shows a change at once', () => {
  lists.fold(put(vm('a', 'Paused')));
  expect(shown()).toEqual(['a Paused', 'b Running']);
});

it('folds changes that follow each other together', async () => {
  let folds = 0;
  client.getQueryCache().subscribe(({ type }) => (folds += type === 'updated' ? 1 : 0));
  for (let at = 0; at < 5_000; at++) lists.fold(put(vm(`vm-${at}`, 'Running')));
  expect(shown()).toHaveLength(3);
  await expect.poll(shown).toHaveLength(5_002);
  expect(folds).toBe(2);
});

it('keeps what came while an older answer was on its way', async () => {
  const fetching = fetchVms();
  lists.fold(put(vm('a', 'Paused')));
  lists.fold({ kind: 'vm', type: 'delete', name: 'b' });
  await expect.poll(shown).toEqual(['a Paused']);
  await answer([vm('a', 'Running'), vm('b', 'Running')]);
  await fetching;
  expect(shown()).toEqual(['a Paused']);
});

it('reads the lists again after a reset, and keeps which rights the stream lacks', async () => {
  const lacks: MissingRight[] = [{ verb: 'watch', resource: 'gatesessions' }];
  lists.fold({ kind: 'reset', type: 'reset', lacks });
  expect(client.getQueryState(key)?.isInvalidated).toBe(true);
  expect(client.getQueryData(keys.lacks('ns'))).toEqual(lacks);
});

it('gives it to that one answer only', async () => {
  const fetching = fetchVms();
  lists.fold(put(vm('a', 'Paused')));
  await answer([vm('a', 'Running')]);
  await fetching;
  const again = fetchVms();
  await answer([vm('a', 'Stopped')]);
  await again;
  expect(shown()).toEqual(['a Stopped']);
});

it('keeps it also where that fetch fails', async () => {
  const fetching = fetchVms();
  lists.fold(put(vm('a', 'Paused')));
  await answer(new Error('away'));
  await fetching;
  expect(shown()).toEqual(['a Paused', 'b Running']);
});

it('shows what came before the first answer', async () => {
  client.clear();
  const fetching = fetchVms();
  lists.fold(put(vm('a', 'Paused')));
  await answer([vm('a', 'Running')]);
  await fetching;
  expect(shown()).toEqual(['a Paused']);
});
