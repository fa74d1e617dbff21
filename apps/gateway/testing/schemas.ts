import { crds } from '#libs/api';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { ApiFault, type Stored } from './object-store.js';

const ajv = new Ajv({ strict: false });
(addFormats as unknown as (to: Ajv) => void)(ajv);
const schemas = new Map(
  crds.map(({ spec }) => [spec.names.plural, ajv.compile(spec.versions[0]?.schema.openAPIV3Schema ?? {})]),
);

/** As an API server with these definitions: 422 for what the schema does not allow. Rules in CEL are not looked at. */
export function refuseInvalid(resource: string, object: Stored): Stored {
  const validate = schemas.get(resource);
  if (validate === undefined || validate(object)) return object;
  throw new ApiFault(422, 'Invalid', `${resource} is invalid: ${ajv.errorsText(validate.errors)}`);
}
