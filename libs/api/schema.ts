import { LABEL } from './names.js';

/** OpenAPI v3 structural schemas, as far as CustomResourceDefinitions use them here. */
export interface Schema {
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  pattern?: string;
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

export const DNS_LABEL = `^${LABEL}$`;
/** Stricter than Kubernetes: each label has at most 63 characters. The field's maxLength limits the whole name. */
export const DNS_NAME = `^${LABEL}(\\.${LABEL})*$`;
/** At least three labels. */
export const HOST_NAME = `^${LABEL}(\\.${LABEL}){2,}$`;

const DURATION = '^(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$';

/**
 * Text that matches a pattern, refused with a sentence: `pattern` would show people the regular expression.
 * @param message names the field and gives an example of what is right
 */
export const matching = (pattern: string, message: string): Pick<Schema, 'x-kubernetes-validations'> => ({
  'x-kubernetes-validations': [{ rule: matches(pattern), message }],
});

/** JSON writes strings as CEL reads them. */
const matches = (pattern: string): string => `self.matches(${JSON.stringify(pattern)})`;

/** A duration in Go's syntax that is not negative: `0s` switches off. */
export const duration = (field: string, description: string, standard: string): Schema => ({
  type: 'string',
  description: `${description} A duration such as 90s, 30m or 1h30m; 0s is allowed.`,
  default: standard,
  maxLength: 64,
  ...matching(DURATION, `${field} must be a duration such as 90s, 30m, 1h30m or 0s; write a day as 24h`),
});

/** A duration in Go's syntax of at least `least`. */
export const durationFrom = (least: string, field: string, description: string, standard: string): Schema => ({
  type: 'string',
  description: `${description} A duration such as 36h or 720h, at least ${least}.`,
  default: standard,
  maxLength: 64,
  'x-kubernetes-validations': [
    {
      rule: `${matches(DURATION)} && duration(self) >= duration('${least}')`,
      message: `${field} must be a duration of at least ${least}, such as 36h or 720h`,
    },
  ],
});

/** A duration in Go's syntax, greater than zero. */
export const positiveDuration = (field: string, description: string, standard: string): Schema => ({
  type: 'string',
  description: `${description} A positive duration such as 90s, 30m or 1h30m.`,
  default: standard,
  maxLength: 64,
  'x-kubernetes-validations': [
    {
      rule: `${matches(DURATION)} && self.matches('[1-9]')`,
      message: `${field} must be a duration longer than 0s, such as 90s, 30m or 1h30m; write a day as 24h`,
    },
  ],
});

export const text = (description: string, maxLength: number, more: Partial<Schema> = {}): Schema => ({
  type: 'string',
  description,
  maxLength,
  ...more,
});

export const instant = (description: string): Schema => ({ type: 'string', description, format: 'date-time' });

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
