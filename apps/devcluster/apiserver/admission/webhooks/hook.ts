import { recordsOf, textOf, textsOf } from '../../fields.js';
import { type Requirement, selectorOf } from '../../selectors/labels.js';
import { type Fields, type KubeObject, type ObjectAccess } from '../../types.js';

const GROUP = 'admissionregistration.k8s.io';

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
  /** `deny.example.org` */
  name: string;
  rules: Rule[];
  namespaces: Requirement[];
  objects: Requirement[];
  ignoreFailures: boolean;
  timeoutSeconds: number;
  url: string;
  service: ServiceTarget | undefined;
  /** PEM; undefined: the machine's own roots count. */
  ca: string | undefined;
}

/** Of a webhook as it was defaulted when it was stored. */
function hookOf(webhook: Fields): Hook {
  const client = webhook['clientConfig'] as Fields;
  const ca = textOf(client['caBundle']);
  return {
    name: textOf(webhook['name']),
    rules: recordsOf(webhook['rules']).map(ruleOf),
    namespaces: selectorOf(webhook['namespaceSelector'] as Fields),
    objects: selectorOf(webhook['objectSelector'] as Fields),
    ignoreFailures: webhook['failurePolicy'] === 'Ignore',
    timeoutSeconds: webhook['timeoutSeconds'] as number,
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
        .flatMap((configuration: KubeObject) => recordsOf(configuration['webhooks']).map(hookOf));
    objects.onChange(GROUP, resource, () => (this.#hooks = undefined));
  }

  all(): readonly Hook[] {
    this.#hooks ??= this.#read();
    return this.#hooks;
  }
}
