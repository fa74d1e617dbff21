import { fieldsOf, isFields, numberOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields } from '../types.js';
import { nonNegative } from './faults.js';

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for " +
  "validation is '[0-9]+%')";

/** Faults of how a Deployment rolls out. */
export function rolloutFaults(spec: Fields): Cause[] {
  const deadline = numberOf(spec['progressDeadlineSeconds']);
  const least = numberOf(spec['minReadySeconds']);
  return [
    ...strategyFaults(fieldsOf(spec['strategy']), 'spec.strategy'),
    ...nonNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']),
    ...nonNegative('spec.progressDeadlineSeconds', deadline),
    ...(deadline > least
      ? []
      : [cause.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]),
  ];
}

function strategyFaults({ type, rollingUpdate }: Fields, field: string): Cause[] {
  if (type === 'Recreate') {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate === undefined ? [] : [cause.forbidden(`${field}.rollingUpdate`, detail)];
  }
  if (type !== 'RollingUpdate') {
    return [cause.unsupported(field, { Type: type, RollingUpdate: null }, ['Recreate', 'RollingUpdate'])];
  }
  if (!isFields(rollingUpdate)) return [];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const at = `${field}.rollingUpdate`;
  const causes = [
    ...amountFaults(maxUnavailable, `${at}.maxUnavailable`),
    ...amountFaults(maxSurge, `${at}.maxSurge`),
    ...(/^\d+%$/.test(String(maxUnavailable)) && Number.parseInt(String(maxUnavailable), 10) > 100
      ? [cause.invalid(`${at}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%')]
      : []),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    causes.push(cause.invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return causes;
}

const isZero = (value: unknown): boolean => value === 0 || value === '0%';

function amountFaults(value: unknown, field: string): Cause[] {
  if (typeof value === 'number') return nonNegative(field, value);
  return typeof value === 'string' && !/^\d+%$/.test(value) ? [cause.invalid(field, value, PERCENT)] : [];
}
