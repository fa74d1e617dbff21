import { type z } from 'zod';
import { GROUP, type Status } from '#libs/api';
import { type Refuse } from '../http/dto.js';
import { Refusal } from '../http/refusal.js';

type Cause = NonNullable<NonNullable<Status['details']>['causes']>[number];

/** An answer must not be larger than what it answers: a list of numbers has a cause for each. */
const MOST_CAUSES = 20;
const LONGEST_FIELD = 100;

/**
 * The answer to a grant that its schema refuses: as the API server answers one that it refuses, 422, each field with its
 * path in a GateToken.
 * @param pathOf where a field of the request stands in a GateToken
 */
export function invalidGrant(pathOf: (field: string) => string): Refuse {
  return ({ issues }) => {
    const causes = issues
      .slice(0, MOST_CAUSES)
      .flatMap((issue) => causesOf(issue, pathOf))
      .slice(0, MOST_CAUSES);
    const found = causes.map(({ field, message }) => `${field}: ${message}`).join('; ');
    const details = { group: GROUP, kind: 'GateToken', causes };
    return new Refusal(422, `The grant is invalid: ${found}.`, 'Correct it and send it again.', { details });
  };
}

function causesOf(issue: z.core.$ZodIssue, pathOf: (field: string) => string): Cause[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MOST_CAUSES).map((key) => {
      return { reason: 'FieldValueForbidden', message: 'unknown field', field: pathOf(key.slice(0, LONGEST_FIELD)) };
    });
  }
  const [field, ...rest] = issue.path;
  const within = rest.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const path = field === undefined ? 'spec' : `${pathOf(String(field))}${within}`;
  return [{ reason: 'FieldValueInvalid', message: issue.message, field: path }];
}
