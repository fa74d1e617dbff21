import { DNS_SUBDOMAIN, LABEL, MAX_SUBDOMAIN } from './names.js';

/** OpenAPI v3 structural schemas, as far as CustomResourceDefinitions use them here. */
export interface Schema {
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  format?: 'date-time' | 'int32' | 'int64';
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: Schema;
  required?: readonly string[];
  'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-validations'?: readonly Validation[];
}

/** A CEL rule. The message names the field. */
export interface Validation {
  rule: string;
  message: string;
}

/** The schema of a type: every field of it is described, and no other. */
export type SchemaOf<T> = Readonly<Record<keyof Required<T> & string, Schema>>;

/** At least three labels. */
export const HOST_NAME = `^${LABEL}(\\.${LABEL}){2,}$`;

/** @param digits that it may have before the point */
const amount = (digits: number): string => `([0-9]{1,${digits}}([.][0-9]*)?|[.][0-9]+)`;
/**
 * A duration in Go's syntax that is not negative. No unit has more digits than ten years need: then all that fits into 64
 * characters is below 2^63 nanoseconds, where Go's durations end and CEL fails instead of refusing.
 */
const DURATION = `^(${amount(5)}h|${amount(7)}m|${amount(9)}s|${amount(12)}[muµn]s)+$`;
/** Ten years. */
const LONGEST = '87600h';

/**
 * A rule that text matches a pattern, told in a sentence: the keyword `pattern` would show people the regular expression.
 * @param message names the field and gives an example of what is right
 */
export const matching = (pattern: string, message: string): Pick<Schema, 'x-kubernetes-validations'> => ({
  'x-kubernetes-validations': [{ rule: matches(pattern), message }],
});

/** The CEL expression for it. JSON writes strings as CEL reads them. */
export const matches = (pattern: string): string => `self.matches(${JSON.stringify(pattern)})`;

/**
 * A duration in Go's syntax.
 * @param field its path, such as spec.duration
 * @param least the shortest that is allowed
 * @param examples such as `30m or 1h30m`
 */
export const duration = (
  field: string,
  least: string,
  examples: string,
  description: string,
  standard: string,
): Schema => {
  const wanted = `a duration from ${least} to ${LONGEST}, such as ${examples}`;
  const isWithin = `duration(self) >= duration('${least}') && duration(self) <= duration('${LONGEST}')`;
  return text(`${description} A${wanted.slice(1)}.`, 64, {
    default: standard,
    'x-kubernetes-validations': [
      { rule: `${matches(DURATION)} && ${isWithin}`, message: `${field} must be ${wanted}; write a day as 24h` },
    ],
  });
};

/** Name of a Kubernetes object. @param what it is the name of, such as `a Secret` */
export const objectName = (field: string, description: string, what: string, example: string): Schema =>
  text(
    description,
    MAX_SUBDOMAIN,
    matching(
      DNS_SUBDOMAIN.source,
      `${field} must be the name of ${what}: lowercase letters, digits, hyphens and dots, such as ${example}`,
    ),
  );

export const namespaceName = (field: string, description: string): Schema =>
  text(
    description,
    63,
    matching(
      `^${LABEL}$`,
      `${field} must be the name of a namespace: lowercase letters, digits and hyphens, such as my-namespace`,
    ),
  );

/** Key in the data of a Secret. */
export const secretDataKey = (field: string, description: string, standard: string): Schema =>
  text(description, 253, {
    default: standard,
    ...matching('^[-._a-zA-Z0-9]+$', `${field} must be a key of a Secret, such as ${standard}`),
  });

export const text = (description: string, maxLength: number, more: Partial<Schema> = {}): Schema => ({
  type: 'string',
  description,
  maxLength,
  ...more,
});

/** The format alone bounds no length: a time may have any number of decimals. */
export const instant = (description: string): Schema => text(description, 64, { format: 'date-time' });

export const flag = (description: string, standard: boolean): Schema => ({
  type: 'boolean',
  description,
  default: standard,
});

export const count = (description: string, minimum: number, maximum: number, standard?: number): Schema => ({
  type: 'integer',
  format: 'int32',
  description,
  minimum,
  maximum,
  ...(standard !== undefined && { default: standard }),
});

export const bytes = (description: string): Schema => ({ type: 'integer', format: 'int64', description, minimum: 0 });

export const list = (description: string, maxItems: number, items: Schema, more: Partial<Schema> = {}): Schema => ({
  type: 'array',
  description,
  maxItems,
  items,
  'x-kubernetes-list-type': 'atomic',
  ...more,
});
