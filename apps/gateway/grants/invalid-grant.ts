import { type z } from 'zod';
import { type Status } from '#libs/api';
import { type Refuse } from '../http/dto.js';
import { Refusal } from '../http/refusal.js';

type Cause = NonNullable<NonNullable<Status['details']>['causes']>[number];

/**
 * The answer to a grant that its schema refuses: as the API server answers one that it refuses, 422, each field with its
 * path in a GateToken.
 * @param pathOf where a field of the request stands in a GateToken
 */
export function invalidGrant(pathOf: (field: string) => string): Refuse {
  return ({ issues }) => {
    const causes = issues.flatMap((issue) => causesOf(issue, pathOf));
    const found = causes.map(({ field, message }) => `${field}: ${message}`).join('; ');
    const details = { group: 'kubegateway.kubevirt.io', kind: 'GateToken', causes };
    return new Refusal(422, `The grant is invalid: ${found}.`, 'Correct it and send it again.', { details });
  };
}

function causesOf(issue: z.core.$ZodIssue, pathOf: (field: string) => string): Cause[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ reason: 'FieldValueForbidden', message: 'unknown field', field: pathOf(key) }));
  }
  const [field, ...rest] = issue.path;
  const within = rest.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const path = field === undefined ? 'spec' : `${pathOf(String(field))}${within}`;
  return [{ reason: 'FieldValueInvalid', message: issue.message, field: path }];
}
