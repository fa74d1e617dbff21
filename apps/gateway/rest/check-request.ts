import { gateTokenDefaults, type IssueRequest } from '#libs/api';
import { explain, PolicyError, neverGranted, parseGrant, rights, startFault } from '#libs/policy';
import { DurationError, formatDuration, parseDuration } from '#libs/token';

export interface Checked {
  /** What it would allow, one line of plain English each. */
  grants: string[];
  /** Why the operator would refuse it, or why it would open nothing, one line each. */
  problems: string[];
}

/**
 * What the request alone shows, before the cluster is asked.
 * @param longest milliseconds that a grant may last in this namespace
 * @param now milliseconds since the epoch
 */
export function checkRequest(request: IssueRequest, namespace: string, longest: number, now: number): Checked {
  const never = neverGranted(request.urls ?? []);
  const hopeless = new Set(never.map(({ url }) => url));
  const problems = [
    ...never.map(({ url, what }) => `spec.urls: ${url} has no effect: links never give access to ${what}.`),
    ...windowProblems(request, longest, now),
  ];
  const urls = request.urls?.filter((url) => !hopeless.has(url));
  if (request.vm === undefined && urls?.length === 0 && never.length > 0) return { grants: [], problems };
  try {
    const { urls: _, ...rest } = request;
    const grant = parseGrant({ ...rest, namespace, ...(urls === undefined ? {} : { urls }), ...viewOnly(request) });
    rights(grant); // Refuses what would need more reviews than can be asked.
    return { grants: explain(grant), problems };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { grants: [], problems: [...problems, `spec.${error.message}`] };
  }
}

const viewOnly = (request: IssueRequest): { viewOnly: boolean } => ({ viewOnly: request['view-only'] ?? false });

function windowProblems(request: IssueRequest, longest: number, now: number): string[] {
  const { duration, from } = gateTokenDefaults(request);
  try {
    const lasts = parseDuration(duration);
    const begins = from === undefined ? now : Date.parse(from);
    const late = startFault(begins, now);
    const tooLong = `spec.duration is ${formatDuration(lasts)}, but at most ${formatDuration(longest)} is allowed here.`;
    return [
      ...(lasts > longest ? [tooLong] : []),
      ...(Number.isNaN(begins) ? ['spec.from is not a valid time: write it like 2030-01-31T12:00:00Z.'] : []),
      ...(late === undefined ? [] : [late]),
      ...(begins + lasts <= now ? ['spec.from and spec.duration: this period is already over.'] : []),
    ];
  } catch (error) {
    if (error instanceof DurationError) return [`spec.duration: ${error.message}`];
    throw error;
  }
}
