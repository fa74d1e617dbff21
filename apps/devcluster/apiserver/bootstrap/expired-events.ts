import { textOf } from '../fields.js';
import { type Store } from '../storage/store.js';

const BUCKET = '/events';
const KEEP_MS = 3600 * 1000;
const LOOK_MS = 5 * 60 * 1000;

/** Removes Events of which nothing was heard for an hour. Returns the way to stop. */
export function expireEvents(store: Store, now: () => Date): () => void {
  const run = (): void => {
    for (const event of store.list(BUCKET)) {
      const last = textOf(event['lastTimestamp']) || textOf(event['eventTime']) || event.metadata.creationTimestamp;
      if (now().getTime() - Date.parse(last) > KEEP_MS) store.remove(BUCKET, event);
    }
  };
  run();
  const timer = setInterval(run, LOOK_MS).unref();
  return () => clearInterval(timer);
}
