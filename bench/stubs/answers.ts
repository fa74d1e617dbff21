import { answerOf, chunkOf, STREAM } from './connection.ts';

/** Paths that the upstream stub answers at once. Pods are what every grant may name. */
const PODS = '/api/v1/namespaces/ns/pods';

export const PATHS = {
  /** A body of 206 bytes. */
  small: `${PODS}/small`,
  /** 200 kB. */
  medium: `${PODS}/medium`,
  /** 10 MB. */
  large: `${PODS}/large`,
  /** Takes a POST. */
  create: PODS,
  /** One event at once, then silence. */
  watch: `${PODS}?watch=true`,
} as const;

/** Whole answers by request line, ready to be written. */
export function fixedAnswers(): Map<string, Buffer> {
  return new Map([
    [`GET ${PATHS.small}`, answerOf(200, bodyOf(206))],
    [`GET ${PATHS.medium}`, answerOf(200, bodyOf(200_000))],
    [`GET ${PATHS.large}`, answerOf(200, bodyOf(10_000_000))],
    [`POST ${PATHS.create}`, answerOf(201, bodyOf(206))],
    [`GET ${PATHS.watch}`, Buffer.from(STREAM + chunkOf(`{"type":"ADDED","object":${bodyOf(206)}}\n`))],
  ]);
}

function bodyOf(bytes: number): string {
  const [head, tail] = ['{"apiVersion":"v1","kind":"Pod","metadata":{"name":"', '"}}'];
  return `${head}${'x'.repeat(bytes - head.length - tail.length)}${tail}`;
}
