import { fieldsOf, recordsOf, textOf, textsOf } from '../fields.js';
import { badRequest } from '../status.js';
import { type Fields } from '../types.js';

export interface Requirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  values: string[];
}

const PART =
  /^\s*(?:!\s*([^\s,()=!]+)|([^\s,()=!<>]+)\s*(?:(==|=|!=|>|<)\s*([^\s,()]*)|(in|notin)\s*\(([^)]*)\))?)\s*(,|$)/;

const OPERATORS = { '=': 'in', '==': 'in', '!=': 'notin', '>': 'gt', '<': 'lt' } as const;

/**
 * Parses a label selector as it stands in a query (`a=b,c in (d,e),!f`).
 * @throws ApiError 400
 */
export function parseLabelSelector(text: string): Requirement[] {
  const out: Requirement[] = [];
  let rest = text.trim();
  while (rest) {
    const found = PART.exec(rest);
    if (!found) throw badRequest(`unable to parse requirement: found '${rest}', expected: identifier`);
    out.push(requirement(found));
    rest = rest.slice(found[0].length);
  }
  return out;
}

function requirement([, absent, key = '', sign, value = '', set, values = '']: RegExpExecArray): Requirement {
  if (absent) return { key: absent, operator: 'absent', values: [] };
  if (sign) return { key, operator: OPERATORS[sign as keyof typeof OPERATORS], values: [value] };
  if (set) return { key, operator: set as 'in' | 'notin', values: values.split(',').map((item) => item.trim()) };
  return { key, operator: 'exists', values: [] };
}

const EXPRESSIONS: Record<string, Requirement['operator']> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: 'absent',
};

/** The requirements of a metav1.LabelSelector. */
export function selectorOf(selector: Fields): Requirement[] {
  const labels = Object.entries(fieldsOf(selector['matchLabels']));
  return [
    ...labels.map(([key, value]): Requirement => ({ key, operator: 'in', values: [textOf(value)] })),
    ...recordsOf(selector['matchExpressions']).map((expression): Requirement => ({
      key: textOf(expression['key']),
      operator: EXPRESSIONS[textOf(expression['operator'])] ?? 'exists',
      values: textsOf(expression['values']),
    })),
  ];
}

export const matchesSelector = (requirements: readonly Requirement[], labels: Record<string, string> = {}): boolean =>
  requirements.every((requirement) => matches(requirement, labels));

function matches({ key, operator, values }: Requirement, labels: Record<string, string>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}
