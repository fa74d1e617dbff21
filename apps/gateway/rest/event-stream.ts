import { type ServerResponse } from 'node:http';
import { type Observable, type Subscription } from 'rxjs';

/** Events that wait for a reader who does not keep up. They are shared with the other readers: this bounds their number. */
const MOST_WAITING = 1000;

/** Not stored, not transformed, not held back by nginx. */
const HEAD = {
  'content-type': 'text/event-stream',
  'cache-control': 'private, no-cache, no-store, must-revalidate, max-age=0, no-transform',
  'x-accel-buffering': 'no',
};

/** One server-sent event. @param data one line */
export const eventOf = (name: string, data: string): string => `event: ${name}\ndata: ${data}\n\n`;

/**
 * Answers with server-sent events as fast as their reader takes them. One that does not keep up gets `missed` in place of
 * what is too much to keep.
 * @param events each as it is sent; the answer ends with them
 */
export function sendEvents(res: ServerResponse, events: Observable<string>, missed: string): void {
  // The reader may have left while it was found out what they may see: then nothing would end the subscription.
  if (res.destroyed) return;
  res.writeHead(200, HEAD);
  res.flushHeaders();
  res.socket?.setKeepAlive(true);
  const waiting = new Waiting(res, missed);
  const subscription: Subscription = events.subscribe({
    next: (event) => waiting.send(event),
    complete: () => res.end(),
    error: () => res.destroy(),
  });
  res.on('drain', () => waiting.drain());
  res.once('close', () => subscription.unsubscribe());
}

class Waiting {
  #events: string[] = [];
  #isFull = false;

  constructor(
    private readonly res: ServerResponse,
    private readonly missed: string,
  ) {}

  send(event: string): void {
    if (!this.#isFull) this.#isFull = !this.res.write(event);
    else if (this.#events.length < MOST_WAITING) this.#events.push(event);
    else this.#events = [this.missed];
  }

  drain(): void {
    this.#isFull = false;
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.send(event);
  }
}
