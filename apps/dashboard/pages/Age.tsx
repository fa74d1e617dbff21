import { useNow } from '../hooks/useNow.js';
import { age } from '../time/duration.js';

interface Props {
  /** RFC 3339. */
  since: string;
  /** Words around the age. */
  words?: (age: string) => string;
}

/** How long ago something happened, kept true. */
export function Age({ since, words = (text) => text }: Props) {
  return useNow((now) => words(age(now - Date.parse(since))));
}
