import { listOf, recordsOf, fieldsOf, textOf } from '../fields.js';
import { labelFault, labelKeyFaults } from '../names.js';
import { cause } from '../status.js';
import { type Cause } from '../types.js';

const WITH_VALUES = new Set(['In', 'NotIn']);
const WITHOUT_VALUES = new Set(['Exists', 'DoesNotExist']);

/** Faults of a metav1.LabelSelector, after k8s.io/apimachinery/pkg/apis/meta/v1/validation. */
export function selectorFaults(selector: unknown, field: string): Cause[] {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  const labels = Object.entries(fieldsOf(matchLabels)).flatMap(([key, value]) => {
    const fault = labelFault(textOf(value));
    return [
      ...labelKeyFaults(key).map((detail) => cause.invalid(`${field}.matchLabels`, key, detail)),
      ...(fault ? [cause.invalid(`${field}.matchLabels`, value, fault)] : []),
    ];
  });
  const expressions = recordsOf(matchExpressions).flatMap((expression, index) => {
    const at = `${field}.matchExpressions[${index}]`;
    const operator = textOf(expression['operator']);
    const values = listOf(expression['values']);
    const key = textOf(expression['key']);
    const faults = labelKeyFaults(key).map((detail) => cause.invalid(`${at}.key`, key, detail));
    if (WITH_VALUES.has(operator)) {
      if (values.length > 0) return faults;
      return [cause.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"), ...faults];
    }
    if (!WITHOUT_VALUES.has(operator)) {
      return [cause.invalid(`${at}.operator`, operator, 'not a valid selector operator'), ...faults];
    }
    if (values.length === 0) return faults;
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return [cause.forbidden(`${at}.values`, detail), ...faults];
  });
  return [...labels, ...expressions];
}
