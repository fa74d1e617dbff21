/** What a grant gives, as the audit log keeps it: nothing else tells of it once its GateToken is deleted. */
export interface AuditGrant {
  readonly vm?: string;
  readonly urls?: readonly string[];
  /** How many more URLs it has. */
  readonly 'more-urls'?: number;
  readonly verbs?: readonly string[];
  readonly from?: string;
  readonly duration?: string;
  readonly 'single-use'?: boolean;
  readonly 'view-only'?: boolean;
}

const MOST_URLS = 10;
const LONGEST_URL = 200;
/** A GateToken has at most so many. */
const MOST_VERBS = 16;
const LONGEST_FIELD = 64;
const LONGEST_NAME = 253;

/**
 * @param spec of a GateToken, or what stands for one in a request that may be refused because of its shape
 * @returns its fields that are of the right type, shortened; what is absent has its default
 */
export function auditedGrant(spec: unknown): AuditGrant {
  const { vm, urls, verbs, from, duration, ...rest } = (spec ?? {}) as Record<string, unknown>;
  const paths = texts(urls, LONGEST_URL);
  return {
    ...given('vm', text(vm, LONGEST_NAME)),
    ...given('urls', paths?.slice(0, MOST_URLS)),
    ...(paths !== undefined && paths.length > MOST_URLS && { 'more-urls': paths.length - MOST_URLS }),
    ...given('verbs', texts(verbs, LONGEST_FIELD)?.slice(0, MOST_VERBS)),
    ...given('from', text(from, LONGEST_FIELD)),
    ...given('duration', text(duration, LONGEST_FIELD)),
    ...given('single-use', flag(rest['single-use'])),
    ...given('view-only', flag(rest['view-only'])),
  };
}

function given<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}

const text = (value: unknown, longest: number): string | undefined =>
  typeof value === 'string' ? value.slice(0, longest) : undefined;

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

const texts = (value: unknown, longest: number): string[] | undefined =>
  Array.isArray(value) ? value.map((one) => text(one, longest)).filter((one) => one !== undefined) : undefined;
