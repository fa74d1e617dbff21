import { isRecord } from './values.js';

export interface Difference {
  /** `body.metadata.labels.a`, `code`, `events.2.type` */
  path: string;
  /** Undefined: nothing there. */
  embedded: unknown;
  real: unknown;
}

/** Every leaf by which two JSON values differ. */
export function compare(embedded: unknown, real: unknown, path = ''): Difference[] {
  if (Object.is(embedded, real)) return [];
  if (Array.isArray(embedded) && Array.isArray(real)) {
    const length = Math.max(embedded.length, real.length);
    return Array.from({ length }).flatMap((_, index) =>
      compare(embedded[index] as unknown, real[index] as unknown, `${path}.${index}`),
    );
  }
  if (isRecord(embedded) && isRecord(real)) {
    const keys = [...new Set([...Object.keys(embedded), ...Object.keys(real)])];
    return keys.flatMap((key) => compare(embedded[key], real[key], path ? `${path}.${key}` : key));
  }
  return [{ path, embedded, real }];
}

/** For a person to read. */
export const tell = ({ path, embedded, real }: Difference): string =>
  `${path}\n    embedded: ${shown(embedded)}\n    real:     ${shown(real)}`;

const shown = (value: unknown): string => (value === undefined ? '(nothing)' : JSON.stringify(value));
