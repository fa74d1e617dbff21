import { at, fieldsOf, numberOf, recordsOf, textOf } from '../fields.js';
import { type Fields, type KubeObject } from '../types.js';
import { ageOf } from './age.js';
import { ageColumn, type Column, column, nameColumn, orNone, wide } from './column.js';

const statuses = (pod: KubeObject, list: string): Fields[] => recordsOf(pod.status?.[list]);

function ready(pod: KubeObject): string {
  const all = recordsOf(pod.spec?.['containers']).length;
  const good = statuses(pod, 'containerStatuses').filter((status) => status['ready'] === true).length;
  return `${good}/${all}`;
}

/** Why a container does not run, empty where it does. */
function containerReason(status: Fields): string {
  const waiting = textOf(at(status, 'state', 'waiting', 'reason'));
  if (waiting) return waiting;
  const terminated = at(status, 'state', 'terminated');
  if (terminated === undefined) return '';
  const { reason, signal, exitCode } = fieldsOf(terminated);
  if (reason) return textOf(reason);
  return signal ? `Signal:${numberOf(signal)}` : `ExitCode:${numberOf(exitCode)}`;
}

/** How far the init containers are; undefined where all of them have done their work. */
function initReason(pod: KubeObject): string | undefined {
  const all = statuses(pod, 'initContainerStatuses');
  const done = all.findIndex((status) => at(status, 'state', 'terminated', 'exitCode') !== 0);
  const current = all[done];
  if (!current) return undefined;
  const reason = containerReason(current);
  if (reason && reason !== 'PodInitializing') return `Init:${reason}`;
  return `Init:${done}/${recordsOf(pod.spec?.['initContainers']).length}`;
}

function phase(pod: KubeObject): string {
  let reason = textOf(pod.status?.['reason']) || textOf(pod.status?.['phase']);
  const initializing = initReason(pod);
  const containers = initializing === undefined ? statuses(pod, 'containerStatuses') : [];
  reason = initializing ?? reason;
  for (const status of [...containers].reverse()) reason = containerReason(status) || reason;
  return pod.metadata.deletionTimestamp ? 'Terminating' : reason;
}

function restarts(pod: KubeObject, now: Date): string {
  const all = statuses(pod, initReason(pod) === undefined ? 'containerStatuses' : 'initContainerStatuses');
  const count = all.reduce((sum, status) => sum + numberOf(status['restartCount']), 0);
  const last = all
    .map((status) => textOf(at(status, 'lastState', 'terminated', 'finishedAt')))
    .sort()
    .at(-1);
  return count && last ? `${count} (${ageOf(last, now)} ago)` : String(count);
}

export const podColumns: Column[] = [
  nameColumn,
  column('Ready', ready),
  column('Status', phase),
  column('Restarts', restarts),
  ageColumn,
  wide('IP', (pod) => orNone(textOf(pod.status?.['podIP']))),
  wide('Node', (pod) => orNone(textOf(pod.spec?.['nodeName']))),
  wide('Nominated Node', () => '<none>'),
  wide('Readiness Gates', () => '<none>'),
];
