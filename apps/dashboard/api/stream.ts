import { type QueryClient } from '@tanstack/react-query';
import { readChange } from './changes.js';
import { LiveLists } from './live-lists.js';
import { keys } from './query.js';
import { eventsPath } from './rest.js';

export type StreamState = 'connecting' | 'live' | 'paused' | 'broken';

const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 30_000];

/**
 * Follows the changes of one namespace into the query cache. A hidden tab closes its stream (a browser has six
 * connections a host over HTTP/1.1) and fetches the lists again when it becomes visible again.
 * @returns the function that stops it.
 */
export function followChanges(
  client: QueryClient,
  namespace: string,
  onState: (state: StreamState) => void,
): () => void {
  const stream = new ChangeStream(client, namespace, onState);
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') stream.pause();
    else stream.resume();
  };
  document.addEventListener('visibilitychange', onVisibility);
  if (document.visibilityState !== 'hidden') stream.resume();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    stream.stop();
  };
}

class ChangeStream {
  private readonly lists: LiveLists;
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private readonly client: QueryClient,
    private readonly namespace: string,
    private readonly onState: (state: StreamState) => void,
  ) {
    this.lists = new LiveLists(client, namespace);
  }

  resume(): void {
    if (!this.source) this.open();
  }

  pause(): void {
    this.close();
    this.onState('paused');
  }

  stop(): void {
    this.close();
    this.lists.stop();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  private open(): void {
    this.close();
    this.onState('connecting');
    const source = new EventSource(eventsPath(this.namespace));
    this.source = source;
    source.addEventListener('open', () => (this.failures = 0));
    source.addEventListener('change', (event: MessageEvent<string>) => {
      const change = readChange(event.data);
      if (!change) return;
      // Each stream begins with one: what changed between the fetch of the lists and now has no event.
      if (change.kind === 'reset') this.onState('live');
      this.lists.fold(change);
    });
    source.addEventListener('error', () => this.failed(source));
  }

  /** EventSource gives up after any answer other than 200; then this class retries, more and more slowly. */
  private failed(source: EventSource): void {
    this.onState('broken');
    if (source.readyState !== EventSource.CLOSED) return;
    // It does not say which answer it got: reading the session again shows whether the sign-in has ended.
    void this.client.invalidateQueries({ queryKey: keys.session });
    this.timer = setTimeout(() => this.open(), RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]);
  }
}
