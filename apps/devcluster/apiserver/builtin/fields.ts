import { isFields } from '../fields.js';
import { type KindFields, type ResourceDef } from '../types.js';
import { findModel, type Model } from './model.js';
import { fault } from './fault.js';
import { normal, unknownFields } from './normal.js';

/** Kinds whose model has the group before the version. */
const PREFIXES: Record<string, string> = {
  '/Event': 'Core',
  'authentication.k8s.io/TokenRequest': 'Authentication',
};

/** The struct of a built-in kind. */
function modelOf({ group, version, kind }: Pick<ResourceDef, 'group' | 'version' | 'kind'>): Model | undefined {
  const prefix = PREFIXES[`${group}/${kind}`] ?? '';
  return findModel(`${prefix}${version.toUpperCase()}${kind}`);
}

/** Nothing is read before it is asked; of kinds that the client does not know, everything fits. */
export function kindFields(def: Pick<ResourceDef, 'group' | 'version' | 'kind'>): KindFields {
  return {
    fault(object) {
      const model = modelOf(def);
      return model && fault(object, model);
    },
    unknownFields(object) {
      const model = modelOf(def);
      return model ? unknownFields(object, model) : [];
    },
    normal(object) {
      const model = modelOf(def);
      const made = model ? normal(object, model) : object;
      return isFields(made) ? made : object;
    },
  };
}

/** The first value of an object's metadata that its field cannot hold: they are the same in every kind. */
export function metadataFault(metadata: unknown): string | undefined {
  const model = findModel('V1ObjectMeta');
  if (!isFields(metadata)) return 'metadata: expected object';
  return model && fault(metadata, model, 'metadata');
}
