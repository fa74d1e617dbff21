import { recordsOf, textOf, textsOf } from '../../fields.js';
import { type Fields, type KubeObject, type ObjectAccess } from '../../types.js';
import { selectorOf, type Requirement } from '../../selectors/labels.js';
import { type Condition, Conditions } from './conditions.js';

export const GROUP = 'admissionregistration.k8s.io';

export interface Rule {
  operations: string[];
  apiGroups: string[];
  apiVersions: string[];
  resources: string[];
  /** `*`, `Cluster`, `Namespaced` */
  scope: string;
}

export interface ServiceTarget {
  namespace: string;
  name: string;
  path: string;
  port: number;
}

/** One webhook of a configuration, read once for every state of it. */
export interface Hook {
  /** Of the webhook: `deny.example.org`. */
  name: string;
  /** Unique among all webhooks, for reinvocation. */
  id: string;
  rules: Rule[];
  equivalent: boolean;
  namespaces: Requirement[];
  objects: Requirement[];
  conditions: Conditions;
  ignoreFailures: boolean;
  /** None or NoneOnDryRun. */
  dryRunSafe: boolean;
  timeoutSeconds: number;
  reinvoke: boolean;
  reviewVersions: string[];
  url: string;
  service: ServiceTarget | undefined;
  /** PEM; undefined: the machine's own roots count. */
  ca: string | undefined;
}

/** A configuration kept as it was defaulted when it was stored. */
export function hooksOf(configuration: KubeObject): Hook[] {
  const { name } = configuration.metadata;
  const counts = new Map<string, number>();
  return recordsOf(configuration['webhooks']).map((webhook) => {
    const own = textOf(webhook['name']);
    const index = counts.get(own) ?? 0;
    counts.set(own, index + 1);
    return hookOf(webhook, `${name}/${own}/${index}`);
  });
}

function hookOf(webhook: Fields, id: string): Hook {
  const client = webhook['clientConfig'] as Fields;
  const ca = textOf(client['caBundle']);
  const ignoreFailures = webhook['failurePolicy'] === 'Ignore';
  return {
    name: textOf(webhook['name']),
    id,
    rules: recordsOf(webhook['rules']).map(ruleOf),
    equivalent: webhook['matchPolicy'] !== 'Exact',
    namespaces: selectorOf(webhook['namespaceSelector'] as Fields),
    objects: selectorOf(webhook['objectSelector'] as Fields),
    conditions: new Conditions(recordsOf(webhook['matchConditions']) as unknown as Condition[], ignoreFailures),
    ignoreFailures,
    dryRunSafe: ['None', 'NoneOnDryRun'].includes(textOf(webhook['sideEffects'])),
    timeoutSeconds: webhook['timeoutSeconds'] as number,
    reinvoke: webhook['reinvocationPolicy'] === 'IfNeeded',
    reviewVersions: textsOf(webhook['admissionReviewVersions']),
    url: textOf(client['url']),
    service: client['service'] as ServiceTarget | undefined,
    ca: ca ? Buffer.from(ca, 'base64').toString('utf8') : undefined,
  };
}

const ruleOf = (rule: Fields): Rule => ({
  operations: textsOf(rule['operations']),
  apiGroups: textsOf(rule['apiGroups']),
  apiVersions: textsOf(rule['apiVersions']),
  resources: textsOf(rule['resources']),
  scope: textOf(rule['scope']) || '*',
});

/** The webhooks of one kind of configuration, ordered by its name, read again only after a change. */
export class Hooks {
  #hooks: Hook[] | undefined;
  readonly #read: () => Hook[];

  constructor(objects: ObjectAccess, resource: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations') {
    this.#read = () =>
      [...objects.list(GROUP, resource)]
        .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .flatMap((configuration) => hooksOf(configuration));
    objects.onChange(GROUP, resource, () => (this.#hooks = undefined));
  }

  all(): readonly Hook[] {
    this.#hooks ??= this.#read();
    return this.#hooks;
  }
}
