import { type BeforeApplicationShutdown, Controller, Get, Param, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { endWith, interval, map, merge, Observable, Subject, takeUntil, takeWhile, timer } from 'rxjs';
import { ChangeEvent } from '#libs/api/rest';
import { Clock, LONGEST_TIMER_MS } from '#libs/ops';
import { Operation } from '../http/operation.js';
import { eventOf, sendEvents } from './event-stream.js';
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
  @Get()
  async stream(@CurrentUser() user: User, @Param('ns', KubeNameParam) ns: string, @Res() res: Response): Promise<void> {
    const { events, reset } = await this.feeds.changes(user, ns);
    const changes = events.pipe(
      map((change) => eventOf('change', change)),
      endWith(undefined), // The heartbeat must end with the stream.
    );
    const heartbeat = interval(HEARTBEAT_MS).pipe(map(() => eventOf('heartbeat', '')));
    const signedOut = new Observable<void>((subscriber) => user.onSignOut?.(() => subscriber.next()));
    const left = user.until === undefined ? [] : [timer(Math.min(user.until - this.clock.now(), LONGEST_TIMER_MS))];
    const stream = merge(changes, heartbeat).pipe(
      takeWhile((event) => event !== undefined),
      takeUntil(merge(this.closing, signedOut, ...left)),
    );
    sendEvents(res, stream, eventOf('change', reset));
  }

  /** The server waits for open answers to end: these would never end by themselves. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing.next();
    await this.feeds.stop();
  }
}
