import { isFinal, runStrategyOf } from '#libs/kubevirt';
import { conflict } from './failure.js';
import { type Objects } from './objects.js';

/** PUT virtualmachines/NAME/start, stop, restart: answered 202 with nothing in it. */
export type PowerAction = (objects: Objects, namespace: string, name: string, body: PowerOptions) => Promise<void>;

export interface PowerOptions {
  paused?: boolean;
  gracePeriod?: number;
}

const refused = (name: string, why: string) => conflict('virtualmachine', name, why);

const start: PowerAction = async (objects, namespace, name, body) => {
  const vm = await objects.vm(namespace, name);
  const vmi = await objects.findVmi(namespace, name);
  const phase = vmi?.status?.phase ?? '';
  if (vmi !== undefined && !isFinal(vmi) && phase !== '' && phase !== 'Unknown') {
    throw refused(name, 'VM is already running');
  }
  const data = body.paused === true ? { data: { paused: 'true' } } : {};
  const strategy = runStrategyOf(vm);
  switch (strategy) {
    case 'Halted':
      // A paused start goes through the controller, which then sets the spec.
      return body.paused === true ? objects.request(vm, [{ action: 'Start', ...data }]) : objects.setRunning(vm, true);
    case 'Manual':
    case 'RerunOnFailure': {
      if (strategy === 'RerunOnFailure' && phase === 'Failed') {
        throw refused(name, 'RerunOnFailure does not support starting VM from failed state');
      }
      const uid = vmi?.metadata.uid;
      const first = uid === undefined ? [] : [{ action: 'Stop' as const, uid }];
      return objects.request(vm, [...first, { action: 'Start', ...data }]);
    }
    default:
      throw refused(name, `${strategy} does not support manual start requests`);
  }
};

const stop: PowerAction = async (objects, namespace, name, body) => {
  const vm = await objects.vm(namespace, name);
  const vmi = await objects.findVmi(namespace, name);
  const strategy = runStrategyOf(vm);
  if (strategy === 'Always' || strategy === 'Once') return objects.setRunning(vm, false);
  const uid = vmi?.metadata.uid;
  if (vmi === undefined || uid === undefined || isFinal(vmi)) throw refused(name, 'VM is not running');
  if (strategy === 'Halted' && body.gracePeriod === undefined) {
    throw refused(name, 'Halted only supports manual stop requests with a shorter graceperiod');
  }
  return objects.request(vm, [{ action: 'Stop', uid }]);
};

const restart: PowerAction = async (objects, namespace, name) => {
  const vm = await objects.vm(namespace, name);
  const strategy = runStrategyOf(vm);
  if (strategy === 'Halted' || strategy === 'Once') {
    throw refused(name, `RunStategy ${strategy} does not support manual restart requests`);
  }
  const uid = (await objects.findVmi(namespace, name))?.metadata.uid;
  if (uid === undefined) throw refused(name, 'VM is not running: Halted');
  return objects.request(vm, [{ action: 'Stop', uid }, { action: 'Start' }]);
};

export const POWER: Readonly<Record<string, PowerAction>> = { start, stop, restart };
