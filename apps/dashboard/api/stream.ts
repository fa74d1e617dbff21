import { type QueryClient } from '@tanstack/react-query';
import { readChange } from './changes.js';
import { LiveLists } from './live-lists.js';
import { keys } from './query.js';
import { eventsPath } from './rest.js';

export type StreamState = 'connecting' | 'live' | 'paused' | 'broken';

const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 30_000];

/**
 * Follows the changes of one namespace into the query cache. A hidden tab closes its stream (a browser has six
 * connections a host over HTTP/1.1) and fetches the lists again when it is seen again.
 * @returns the function that stops it.
 */
export function followChanges(
  client: QueryClient,
  namespace: string,
  onState: (state: StreamState) => void,
): () => void {
  const lists = new LiveLists(client, namespace);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    onState('connecting');
    source = new EventSource(eventsPath(namespace));
    source.addEventListener('open', () => {
      failures = 0;
      onState('live');
      // What changed between the fetch of the lists and now came by no event.
      lists.refetch();
    });
    source.addEventListener('change', (event: MessageEvent<string>) => {
      const change = readChange(event.data);
      if (change) lists.fold(change);
    });
    source.addEventListener('error', () => {
      // EventSource gives up for good after any answer but 200: then we try again ourselves, ever more slowly.
      onState('broken');
      if (source?.readyState !== EventSource.CLOSED) return;
      // It does not say which answer it was: where the sign-in is over, the page learns it by asking who is signed in.
      void client.invalidateQueries({ queryKey: keys.session });
      timer = setTimeout(open, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
    });
  };
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') {
      close();
      onState('paused');
    } else if (!source) open();
  };

  document.addEventListener('visibilitychange', onVisibility);
  if (document.visibilityState !== 'hidden') open();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    close();
    lists.stop();
  };
}
