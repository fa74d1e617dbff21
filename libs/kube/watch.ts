import { type KubeClient, type Query } from './client.js';
import { GarbageError, KubeError, NetworkError, readStatus } from './errors.js';
import { hasMetadata, METADATA, metadataOf } from './metadata.js';
import { pathOf } from './resources.js';
import { type KubeObject, type ReadOptions, type ResourceType } from './types.js';

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

interface WatchOptions extends ReadOptions {
  namespace?: string | undefined;
  query: Query;
  signal: AbortSignal;
  onOpen?: () => void;
}

/**
 * One watch request: its events, until the server ends it or `signal` does.
 * @throws KubeError also for an ERROR event (410: the resource version is too old), NetworkError when the connection is
 *   cut, GarbageError when a line is not an event
 */
export async function* watch<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType,
  { namespace, query, signal, onOpen, metadataOnly = false }: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const path = pathOf(type, namespace);
  const { body } = await client.request('GET', path, {
    query: { ...query, watch: true },
    ...(metadataOnly ? { headers: { accept: METADATA } } : {}),
    signal,
    long: true,
  });
  onOpen?.();
  try {
    for await (const line of lines(body)) {
      const event = parse<T>(line);
      yield metadataOnly ? { ...event, object: metadataOf(event.object) } : event;
    }
  } catch (error) {
    if (error instanceof KubeError || error instanceof GarbageError) throw error;
    throw new NetworkError(`watch of ${path}: the connection was cut`, error);
  }
}

/** Characters. etcd stores objects of up to 1.5 MiB; a line without an end must not fill the memory. */
const LONGEST_LINE = 16 * 1024 * 1024;

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const [end = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    rest += end;
    for (const next of others) {
      if (rest.trim()) yield rest;
      rest = next;
    }
    if (rest.length > LONGEST_LINE) throw new GarbageError('watch: a line has no end');
  }
  if (rest.trim()) yield rest;
}

function parse<T extends KubeObject>(line: string): WatchEvent<T> {
  let event: { type?: unknown; object?: unknown };
  try {
    event = JSON.parse(line) as typeof event;
  } catch {
    throw new GarbageError('watch: a line is not JSON');
  }
  if (event?.type === 'ERROR') {
    throw new KubeError(readStatus(event.object) ?? { code: 500, reason: 'Unknown', message: 'watch: error event' });
  }
  if (!isEvent(event)) throw new GarbageError('watch: a line is not an event');
  return event as WatchEvent<T>;
}

function isEvent(event: { type?: unknown; object?: unknown } | null): boolean {
  return hasMetadata(event?.object) && ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'].includes(String(event?.type));
}
