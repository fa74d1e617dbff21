import { documented } from './documented.js';
import { type Credentials } from './credentials.js';
import { type AuditLine, problemOfLine } from './line.js';
import { type LogLine } from './logs.js';
import { type SeenSession, type SeenToken } from './recorder.js';

/** A process of a pod that a test killed with SIGKILL. @property at milliseconds since the epoch */
export interface Killed {
  readonly program: string;
  readonly pod: string;
  readonly at: number;
}

/** All that a run left behind. */
export interface Run {
  /** Of all pods that there were. */
  readonly lines: readonly LogLine[];
  /** Of everything else; nothing is looked for in them but credentials. */
  readonly others: readonly LogLine[];
  readonly credentials: Credentials;
  readonly tokens: readonly SeenToken[];
  readonly sessions: readonly SeenSession[];
  readonly killed: readonly Killed[];
  /** Every test of the tier ran and passed, and its tests do everything that the audit log tells of. */
  readonly whole: boolean;
}

/** @returns what is wrong with the audit log, and which credentials are in any log; empty if all is well */
export function problemsOf(run: Run): string[] {
  const { events, problems } = read(run);
  return [
    ...[...run.lines, ...run.others].flatMap((line) => leakIn(line, run.credentials)),
    ...problems,
    ...unwritten(run, events),
    ...unfinished(run, events),
    ...(run.whole ? missing(events) : []),
  ];
}

function leakIn(line: LogLine, credentials: Credentials): string[] {
  const leak = credentials.findIn(line.text);
  return leak === undefined ? [] : [`${at(line)}: contains ${leak.what}: ${leak.masked}`];
}

const at = ({ file, number }: LogLine): string => `${file}:${number}`;

/** The events of the audit log, and what is wrong with its lines. */
function read({ lines, credentials, killed }: Run): { events: AuditLine[]; problems: string[] } {
  const [events, problems]: [AuditLine[], string[]] = [[], []];
  for (const line of lines) {
    const json = line.text.startsWith('{') ? parse(line.text) : {};
    const safe = credentials.findIn(line.text)?.masked ?? line.text;
    if (json === undefined) {
      // Death may cut the last line.
      if (!killed.some(({ pod }) => line.file.includes(`_${pod}_`))) problems.push(`${at(line)}: not JSON: ${safe}`);
    } else if ('audit' in json) {
      const problem = problemOfLine(json);
      if (problem === undefined) events.push(json as AuditLine);
      else problems.push(`${at(line)}: ${problem}: ${safe}`);
    }
  }
  return { events, problems };
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** GateTokens that lack a line of their issue or of their end. */
function unwritten({ tokens }: Run, events: readonly AuditLine[]): string[] {
  const asked = new Set<string>();
  const observed = new Set<string>();
  for (const { audit, outcome, what } of events) {
    if (outcome === 'observed') observed.add(`${audit} ${'uid' in what ? what.uid : ''}`);
    else if (audit === 'issue') asked.add(`${what.namespace}/${what.name}`);
  }
  return tokens.flatMap((token) => {
    const id = `${token.namespace}/${token.name}`;
    const lacks = (audit: string, is: boolean): string[] =>
      is && !observed.has(`${audit} ${token.uid}`)
        ? [`GateToken ${id}: no line "${audit} observed" of the operator`]
        : [];
    return [
      ...(token.byGateway && !asked.has(id)
        ? [`GateToken ${id}, created through a gateway: no line of its issue`]
        : []),
      ...lacks('issue', token.observed),
      ...lacks('revoke', token.revoked),
    ];
  });
}

/** Consoles that have no line of their opening, or of their end. */
function unfinished({ sessions, killed }: Run, events: readonly AuditLine[]): string[] {
  const named = (audit: 'open' | 'close'): Map<string, AuditLine> =>
    new Map(events.flatMap((one) => (one.audit === audit && 'session' in one ? [[one.session, one] as const] : [])));
  const [opened, closed] = [named('open'), named('close')];
  const left = leftAtOnce(events);
  const lacks = sessions.flatMap(({ name, spec }) => {
    const where = `GateSession ${name} of pod ${spec.pod}`;
    const began = opened.get(name);
    if (began === undefined) return left(spec) ? [] : [`${where}: no line of its opening`];
    const died = killed.some(({ pod, at: end }) => pod === spec.pod && Date.parse(began.time) <= end);
    return closed.has(name) || died ? [] : [`${where}: opened, but no line of its end`];
  });
  const ends = [...closed.keys()].filter((name) => !opened.has(name));
  return [...lacks, ...ends.map((name) => `GateSession ${name}: a line of its end, but none of its opening`)];
}

/**
 * Viewers that left while their console was being recorded: its line says that it did not open, and had no name to tell.
 * @returns whether there is such a line for a record; each line counts for one
 */
function leftAtOnce(events: readonly AuditLine[]): (spec: SeenSession['spec']) => boolean {
  const lines = events.filter((one) => one.audit === 'open' && one.outcome !== 'allowed');
  return ({ vm, kind, 'client-address': address }) => {
    const subresource = kind === 'vnc' ? 'vnc' : 'console';
    const found = lines.findIndex(
      (one) => one.what.name === vm && one.what.subresource === subresource && 'from' in one && one.from === address,
    );
    if (found >= 0) lines.splice(found, 1);
    return found >= 0;
  };
}

function missing(events: readonly AuditLine[]): string[] {
  const { kinds, outcomes } = documented();
  const [seenKinds, seenOutcomes] = [new Set<string>(), new Set<string>()];
  for (const { audit, outcome } of events) {
    seenKinds.add(audit);
    seenOutcomes.add(outcome);
  }
  return [
    ...[...kinds].filter((one) => !seenKinds.has(one)).map((one) => `no line with "audit": "${one}" in the whole run`),
    ...[...outcomes].filter((one) => !seenOutcomes.has(one)).map((one) => `no line with the outcome "${one}"`),
  ];
}
