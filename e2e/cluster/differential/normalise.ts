import { isRecord, type Variables } from './values.js';

/** What no two servers agree on, and what stands for it. */
const PATTERNS: [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/(resource ?version(?: in [a-z ]+)?: )[1-9]\d*/gi, '$1<version>'],
  [/(<version>), current: \d+/g, '$1, current: <version>'],
  [/(<version>) \(\d+\)/g, '$1 (<version>)'],
  [/(record|precondition) \(\d+\)/g, '$1 (<version>)'],
  [/(resourceVersion\\*":\\*")[1-9]\d*/g, '$1<version>'],
  [/127\.0\.0\.1:\d+/g, '<address>'],
];

/** An answer with names for the times, uids, resourceVersions, generated names and continue tokens in it. */
export function normalise(value: unknown, variables: Variables, key = ''): unknown {
  if (typeof value === 'string') return text(value, variables, key);
  if (Array.isArray(value)) {
    const items = value.map((item) => normalise(item, variables));
    if (key === 'managedFields') return items.sort(byManager);
    return key === 'causes' && items.some(isUnordered) ? items.sort(byText) : items;
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(withSortedFaults(withGeneratedName(value))).map(([name, field]) => [
      text(name, variables, ''),
      normalise(field, variables, name),
    ]),
  );
}

function text(value: string, variables: Variables, key: string): string {
  if (key === 'resourceVersion' && /^[1-9]\d*$/.test(value)) return '<version>';
  if (key === 'continue' && value) return '<continue>';
  let out = value;
  for (const [known, name] of variables.names()) out = out.replaceAll(known, `<${name}>`);
  for (const [pattern, replacement] of PATTERNS) out = out.replace(pattern, replacement);
  return out;
}

function withGeneratedName(value: Record<string, unknown>): Record<string, unknown> {
  const { generateName, name } = value;
  if (typeof generateName !== 'string' || typeof name !== 'string' || name.length < 6) return value;
  return { ...value, name: `${name.slice(0, -5)}<generated>` };
}

/** Entries of the same second have no order by time. */
const byManager = (a: unknown, b: unknown): number => managerOf(a).localeCompare(managerOf(b));

/** Conflicts of an apply and faults by a schema come in the order of a Go map: in none. */
const isUnordered = (cause: unknown): boolean =>
  isRecord(cause) && (cause['reason'] === 'FieldManagerConflict' || String(cause['message']).includes(' in body '));

/** The message of a Status repeats its causes: where they have no order, it has none. */
function withSortedFaults(value: Record<string, unknown>): Record<string, unknown> {
  const { message, details } = value;
  const causes = isRecord(details) ? details['causes'] : undefined;
  if (typeof message !== 'string' || !Array.isArray(causes) || !causes.some(isUnordered)) return value;
  const faults = causes.filter(isRecord).map(({ field, message: fault }) => `${String(field)}: ${String(fault)}`);
  return { ...value, message: message.replace(faults.join(', '), () => faults.sort().join(', ')) };
}

const byText = (a: unknown, b: unknown): number => JSON.stringify(a).localeCompare(JSON.stringify(b));

function managerOf(entry: unknown): string {
  if (!isRecord(entry)) return '';
  return [entry['operation'], entry['manager'], entry['subresource'], entry['apiVersion']].map(String).join();
}
