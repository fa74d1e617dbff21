import { type BeforeApplicationShutdown, Controller, type MessageEvent, Param, Sse } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { endWith, interval, map, merge, Observable, Subject, takeUntil, takeWhile, timer } from 'rxjs';
import { ChangeEvent } from '#libs/api/rest';
import { Clock, LONGEST_TIMER_MS } from '#libs/ops';
import { Operation } from '../http/operation.js';
import { Feeds } from './feed.js';
import { KubeNameParam } from '../http/kube-name.js';
import { CurrentUser, type User } from '../access/user.js';

/** Proxies cut a silent stream, often after a minute. */
const HEARTBEAT_MS = 25_000;

@ApiTags('Events')
@Controller('api/v1/namespaces/:ns/events')
export class EventsController implements BeforeApplicationShutdown {
  private readonly closing = new Subject<void>();

  constructor(
    private readonly feeds: Feeds,
    private readonly clock: Clock,
  ) {}

  @Operation({
    id: 'streamEvents',
    summary: 'Stream changes to VMs, GateTokens and GateSessions of a namespace as server-sent events',
    status: 200,
    answer: ChangeEvent,
    produces: 'text/event-stream',
    refuses: [400, 401, 403],
  })
  @Sse()
  async stream(@CurrentUser() user: User, @Param('ns', KubeNameParam) ns: string): Promise<Observable<MessageEvent>> {
    const changes = (await this.feeds.changes(user, ns)).pipe(
      map((change) => ({ type: 'change', data: change })),
      endWith(undefined), // The heartbeat must end with the stream.
    );
    const heartbeat = interval(HEARTBEAT_MS).pipe(map(() => ({ type: 'heartbeat', data: '' })));
    const signedOut = new Observable<void>((subscriber) => user.onSignOut?.(() => subscriber.next()));
    const stream = merge(changes, heartbeat).pipe(
      takeWhile((event) => event !== undefined),
      takeUntil(merge(this.closing, signedOut)),
    );
    if (user.until === undefined) return stream;
    return stream.pipe(takeUntil(timer(Math.min(user.until - this.clock.now(), LONGEST_TIMER_MS))));
  }

  /** The server waits for open answers to end: these would never end by themselves. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing.next();
    await this.feeds.stop();
  }
}
