import { crds } from '#libs/api';
import { type Kind, refusalsOfObject } from '../../../libs/api/testing/refusals.js';
import { ApiFault, type Stored } from './object-store.js';

const kinds = new Map(crds.map(({ spec: { names } }) => [names.plural, names.kind as Kind]));

/** As an API server with these definitions: 422 for what the schema does not allow. Rules about changes are not looked at. */
export function refuseInvalid(resource: string, object: Stored): Stored {
  const kind = kinds.get(resource);
  const [first] = kind === undefined ? [] : refusalsOfObject(kind, object);
  if (first === undefined) return object;
  throw new ApiFault(422, 'Invalid', `${resource} is invalid: ${first}`);
}
