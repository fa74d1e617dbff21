import { at, isFields, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Strategy } from '../types.js';

export const apiServiceStrategy: Strategy = {
  nameRule: 'path',
  versionedUpdates: true,
  defaults(service) {
    const backend = at(service, 'spec', 'service');
    if (isFields(backend)) setDefault(backend, 'port', 443);
  },
  /** Two for one group and version could contradict each other: the name allows only one. */
  validate({ metadata, spec = {} }) {
    const wanted = `${textOf(spec['version'])}.${textOf(spec['group'])}`;
    if (metadata.name === wanted) return [];
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
    return [cause.invalid('metadata.name', metadata.name, detail)];
  },
};
