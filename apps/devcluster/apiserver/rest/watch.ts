import { type ServerResponse } from 'node:http';
import { type Call, type Context } from '../context.js';
import { apiVersionOf, bucketOf } from '../registry.js';
import { type ApiError, expired } from '../status.js';
import { type EventType, type StoreEvent } from '../storage/bucket.js';
import { type Fields, type KubeObject } from '../types.js';
import { present } from './convert.js';
import { type ListOptions, listOptions } from './list-options.js';
import { selectionOf, selects, type Selection } from './read.js';

export type Render = (object: KubeObject) => unknown;

const INITIAL_END = { 'k8s.io/initial-events-end': 'true' };
const BOOKMARK_MS = 60_000;
/** A client that lets this much pile up does not read any more. */
const BACKLOG_BYTES = 32 * 1024 * 1024;

/**
 * Answers with the stream of events: one JSON object a line, until the client leaves, the time is over or the server
 * stops. Answers at once; the stream ends itself.
 * @throws ApiError 400, 504 before anything was sent
 */
export function watch(ctx: Context, call: Call, res: ServerResponse, render: Render): void {
  const options = listOptions(call, ctx.store.revision);
  const selection = selectionOf(call);
  const start = startOf(ctx, options);
  const stream = new EventStream(res, selection, call, render);
  // Nothing can be stored between reading the state and listening: both happen in this turn.
  if (start === 'state') {
    stream.state(ctx.store.list(bucketOf(call.def), call.namespace));
    if (options.initialEvents && options.bookmarks) stream.bookmark(String(ctx.store.revision), INITIAL_END);
  } else {
    const missed = ctx.store.since(bucketOf(call.def), start);
    if (!missed) return stream.fail(expired(`too old resource version: ${start} (${ctx.store.revision})`));
    for (const event of missed) stream.send(event);
  }
  const after = start === 'state' ? 0 : start;
  const stop = ctx.store.subscribe(bucketOf(call.def), (event) => event.revision > after && stream.send(event));
  const bookmarks = options.bookmarks
    ? setInterval(() => stream.bookmark(String(ctx.store.revision)), BOOKMARK_MS).unref()
    : undefined;
  const seconds = options.timeoutSeconds || 1800 + Math.floor(Math.random() * 1800);
  const quit = (): void => {
    stop();
    clearInterval(bookmarks);
    clearTimeout(end);
  };
  // Nothing more may be written from here on: the stream closes only when its last bytes are gone.
  const end = setTimeout(() => (quit(), res.end()), seconds * 1000).unref();
  res.on('close', quit);
}

/** `state`: everything that is there comes as ADDED first; else the revision after which events are wanted. */
function startOf({ store }: Context, { version, initialEvents }: ListOptions): 'state' | number {
  if (initialEvents) return 'state';
  return version || (initialEvents === undefined ? 'state' : store.revision);
}

class EventStream {
  readonly #res: ServerResponse;
  readonly #selection: Selection;
  readonly #call: Call;
  readonly #render: Render;

  constructor(res: ServerResponse, selection: Selection, call: Call, render: Render) {
    this.#res = res;
    this.#selection = selection;
    this.#call = call;
    this.#render = render;
    res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
    res.flushHeaders();
  }

  state(stored: KubeObject[]): void {
    for (const object of stored) {
      const shown = present(this.#call.def, object);
      if (selects(this.#selection, shown)) this.#write('ADDED', this.#render(shown));
    }
  }

  /** An object that comes into the selection is ADDED, one that leaves it DELETED. */
  send(event: StoreEvent): void {
    const { namespace } = this.#call;
    if (namespace !== undefined && event.object.metadata.namespace !== namespace) return;
    const object = present(this.#call.def, event.object);
    const old = event.old && present(this.#call.def, event.old);
    const was = old !== undefined && selects(this.#selection, old);
    const is = event.type !== 'DELETED' && selects(this.#selection, object);
    if (is) this.#write(was ? 'MODIFIED' : 'ADDED', this.#render(object));
    else if (was) this.#write('DELETED', this.#render(event.type === 'DELETED' ? object : left(old, object)));
  }

  bookmark(resourceVersion: string, annotations?: Record<string, string>): void {
    const { def } = this.#call;
    const metadata: Fields = { resourceVersion, ...(annotations ? { annotations } : {}) };
    this.#write('BOOKMARK', { kind: def.kind, apiVersion: apiVersionOf(def), metadata });
  }

  fail(error: ApiError): void {
    this.#write('ERROR', error.body);
    this.#res.end();
  }

  #write(type: EventType | 'BOOKMARK' | 'ERROR', object: unknown): void {
    if (this.#res.writableEnded) return;
    this.#res.write(`${JSON.stringify({ type, object })}\n`);
    if (this.#res.writableLength > BACKLOG_BYTES) this.#res.destroy();
  }
}

/** The state that was last selected, at the revision at which it no longer is. */
const left = (old: KubeObject, { metadata }: KubeObject): KubeObject => ({
  ...old,
  metadata: { ...old.metadata, resourceVersion: metadata.resourceVersion },
});
