import { fieldsOf, recordsOf, textOf, textsOf } from '../fields.js';
import { badRequest } from '../status.js';
import { type Fields } from '../types.js';

export interface Requirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | 'absent';
  values: string[];
}

/** A set (`key in (a,b)`), a presence (`key`, `!key`) or an equality (`key=value`), up to the comma behind it. */
const REQUIREMENT =
  /^\s*(?:(!?)\s*([^\s=!<>(),]+)|([^\s=!<>(),]+)\s+(in|notin)\s*\(([^()]*)\)|([^\s=!<>(),]+)\s*(==|=|!=)\s*([^\s=!<>(),]*))\s*(?:,|$)/;

/**
 * Parses a label selector as it stands in a query (`a=b,c in (d,e),!f`).
 * @throws ApiError 400
 */
export function parseLabelSelector(text: string): Requirement[] {
  const out: Requirement[] = [];
  for (let rest = text; rest.trim() !== '';) {
    const found = REQUIREMENT.exec(rest);
    if (!found) throw badRequest(`unable to parse requirement: ${JSON.stringify(rest)}`);
    out.push(requirementOf(found));
    rest = rest.slice(found[0].length);
  }
  return out;
}

function requirementOf([
  ,
  absent,
  plain,
  setKey,
  set,
  items = '',
  key = '',
  sign,
  value = '',
]: RegExpExecArray): Requirement {
  if (plain !== undefined) return { key: plain, operator: absent ? 'absent' : 'exists', values: [] };
  if (setKey !== undefined) {
    return { key: setKey, operator: set as 'in' | 'notin', values: items.split(',').map((item) => item.trim()) };
  }
  return { key, operator: sign === '!=' ? 'notin' : 'in', values: [value] };
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
  }
}
