import { useSyncExternalStore } from 'react';

const TICK_MS = 250;

/** One clock for the page, which stops while nobody looks at it. */
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(onTick: () => void): () => void {
  watchers.add(onTick);
  timer ??= setInterval(() => {
    for (const one of watchers) one();
  }, TICK_MS);
  return () => {
    watchers.delete(onTick);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * What `read` makes of the current time in milliseconds: a countdown, an age, a phase. A component renders again only
 * when that changes, so use this in the smallest one that shows it.
 */
export function useNow<T extends string | number | boolean | undefined>(read: (now: number) => T): T {
  return useSyncExternalStore(watch, () => read(Math.floor(Date.now() / TICK_MS) * TICK_MS));
}
