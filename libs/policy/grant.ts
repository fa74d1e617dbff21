import { gateTokenDefaults, type GateTokenSpec, isDnsLabel, isDnsSubdomain } from '#libs/api';
import { vmUrls } from './kubevirt.js';
import { Matcher } from './matcher.js';
import { type Method, parseMethod } from './methods.js';
import { MAX_URLS, parsePattern } from './pattern.js';

/** What a GateToken's spec, or a JWT's claims, say of what is granted. */
export interface GrantSource {
  readonly urls?: readonly string[];
  /** Short for the consoles of this VM; needs `namespace`. */
  readonly vm?: string;
  readonly namespace?: string;
  /** HTTP methods, any case. Default GET. */
  readonly verbs?: readonly string[];
  readonly viewOnly?: boolean;
}

/** A grant, compiled once, asked often. */
export interface Grant {
  /** All urls, those that `vm` is short for included. */
  readonly urls: readonly string[];
  /** Upper case, with HEAD where GET is. */
  readonly methods: ReadonlySet<string>;
  readonly viewOnly: boolean;
  readonly paths: Matcher;
}

export type PolicyErrorCode =
  'no-urls' | 'too-many-urls' | 'too-long' | 'bad-url' | 'bad-verb' | 'bad-vm' | 'too-many-rights';

/** A grant that has no clear meaning. The message names the field and says what to change. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  constructor(
    readonly code: PolicyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** @throws PolicyError */
export function parseGrant(source: GrantSource): Grant {
  const urls = [...new Set([...(source.urls ?? []), ...ofVm(source)])];
  if (urls.length === 0) throw new PolicyError('no-urls', 'urls or vm is required.');
  if (urls.length > MAX_URLS) throw new PolicyError('too-many-urls', `urls: at most ${MAX_URLS}, not ${urls.length}.`);
  const exact: string[] = [];
  const prefixes: string[] = [];
  for (const url of urls) {
    const pattern = parsePattern(url);
    if (!pattern.ok) throw new PolicyError('bad-url', `urls: ${short(url)}: ${pattern.message}`);
    (pattern.exact ? exact : prefixes).push(pattern.text);
  }
  return {
    urls,
    methods: methodSet(source.verbs ?? ['GET']),
    viewOnly: source.viewOnly ?? false,
    paths: new Matcher(exact, prefixes),
  };
}

/** What a GateToken of this namespace grants. @throws PolicyError */
export function grantOf(namespace: string, spec: GateTokenSpec): Grant {
  const { verbs, 'view-only': viewOnly } = gateTokenDefaults(spec);
  return parseGrant({ ...spec, verbs, namespace, viewOnly });
}

function ofVm({ vm, namespace }: GrantSource): string[] {
  if (vm === undefined) return [];
  if (!isDnsSubdomain(vm))
    throw new PolicyError('bad-vm', `vm: ${short(vm)} is not a valid name of a virtual machine.`);
  if (namespace === undefined || !isDnsLabel(namespace)) {
    throw new PolicyError('bad-vm', 'vm: the namespace of the virtual machine is required.');
  }
  return vmUrls(namespace, vm);
}

function methodSet(verbs: readonly string[]): ReadonlySet<string> {
  const methods = new Set<Method>();
  for (const verb of verbs) {
    const method = parseMethod(verb);
    if (method === undefined) throw new PolicyError('bad-verb', `verbs: ${short(verb)} is not an HTTP method.`);
    methods.add(method);
  }
  if (methods.size === 0) throw new PolicyError('bad-verb', 'verbs: at least one HTTP method is required.');
  if (methods.has('GET')) methods.add('HEAD');
  return methods;
}

/** Of what somebody wrote, as much as a message has room for. */
export const short = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
