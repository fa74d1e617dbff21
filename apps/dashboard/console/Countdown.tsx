import { useNow } from '../hooks/useNow.js';
import { countdown, dateTime } from '../time/duration.js';
import { Icon } from './Icon.js';
import { consoleText } from './text.js';

const SOON_MS = 60_000;

/** The time left of the grant; the last minute is highlighted. */
export function Countdown({ until }: { until: number }) {
  const left = useNow((now) => countdown(until - now));
  const soon = useNow((now) => until - now < SOON_MS);
  return (
    <span
      role="timer"
      className={soon ? 'kg-badge kg-soon' : 'kg-badge'}
      aria-label={`${consoleText.timeLeft}: ${left}`}
      title={`${consoleText.timeLeft}, until ${dateTime(new Date(until).toISOString())}`}
    >
      <Icon name="clock" />
      {left}
    </span>
  );
}
