import { parseQuantity } from '#libs/kubevirt';
import { fieldsOf, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields } from '../types.js';

const STANDARD = /^(?:cpu|memory|ephemeral-storage|hugepages-.+)$/;

/** Follows ValidateResourceRequirements of k8s.io/kubernetes/pkg/apis/core/validation. */
export function resourceFaults({ limits, requests }: Fields, path: string): Cause[] {
  const wanted = fieldsOf(requests);
  const most = fieldsOf(limits);
  const above = Object.entries(wanted)
    .filter(([name, value]) => most[name] !== undefined && quantityOf(value) > quantityOf(most[name]))
    .map(([name, value]) => {
      const detail = `must be less than or equal to ${name} limit of ${textOf(most[name])}`;
      return cause.invalid(`${path}.requests`, value, detail);
    });
  return [...listFaults(most, `${path}.limits`), ...listFaults(wanted, `${path}.requests`), ...above];
}

function listFaults(list: Fields, path: string): Cause[] {
  return Object.entries(list).flatMap(([name, value]) => {
    const field = `${path}[${name}]`;
    if (!STANDARD.test(name) && !name.includes('/')) {
      return [
        cause.invalid(field, name, 'must be a standard resource type or fully qualified'),
        cause.invalid(field, name, 'must be a standard resource for containers'),
      ];
    }
    if (quantityOf(value) < 0) return [cause.invalid(field, value, 'must be greater than or equal to 0')];
    const whole = STANDARD.test(name) || Number.isInteger(quantityOf(value));
    return whole ? [] : [cause.invalid(field, value, 'must be an integer')];
  });
}

/** What is no quantity counts as nothing: nobody has refused it before. */
const quantityOf = (value: unknown): number => parseQuantity(textOf(value)) ?? 0;
