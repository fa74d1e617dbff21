import { readFileSync } from 'node:fs';
import {
  type Devices,
  type InstanceStatus,
  type PrintableStatus,
  type VirtualMachine,
  type VirtualMachineInstance,
} from '../types.js';

/** One request to virt-api and what it answered: recorded from KubeVirt of August 2026 behind a real kube-apiserver. */
export interface RecordedAnswer {
  /** A state of STATES; also the name of the VM. */
  vm: StateName;
  method: 'GET' | 'PUT';
  /** Below `namespaces/NS/`; NAME stands for the VM. */
  path: string;
  /** The header; null where none was sent. */
  accept: string | null;
  /** The subprotocol that was offered; true: an upgrade that offered none; false: no upgrade. */
  upgrade: string | boolean;
  body_sent: string | null;
  answer: {
    status: number;
    /** Content type, empty where there was none. */
    type: string;
    /** The subprotocol that was chosen. */
    protocol: string | null;
    /** Of a Status what callers decide by; of plain text its first 200 characters. */
    body: string | { message: string; reason: string; code: number };
  };
}

export const RECORDED: readonly RecordedAnswer[] = readFileSync(
  new URL('virt-api-answers.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedAnswer);

/** @returns the answer to this request in this state with `Accept: *\/*` or none */
export function recorded(vm: StateName, method: string, subresource: string): RecordedAnswer['answer'] | undefined {
  return RECORDED.find(
    (one) =>
      one.vm === vm &&
      one.method === method &&
      one.path.endsWith(`/NAME/${subresource}`) &&
      (one.accept === '*/*' || one.upgrade !== false),
  )?.answer;
}

/** What the VMs of the recording were: `nobody` did not exist. */
export interface MachineState {
  vm?: VirtualMachine;
  vmi?: VirtualMachineInstance;
}

export type StateName = 'run' | 'paused' | 'halted' | 'starting' | 'failed' | 'blind' | 'mute' | 'nobody';

/** @returns the VM and its instance in each state, new for each caller, which may change them */
export function states(namespace: string): Record<StateName, MachineState> {
  const state = (
    name: StateName,
    printableStatus: PrintableStatus,
    status: InstanceStatus | undefined,
    devices: Devices = {},
  ): MachineState => {
    const spec = { domain: { devices } };
    const metadata = { name, namespace };
    const vm = {
      metadata: { ...metadata, uid: `vm-${name}` },
      spec: { running: status !== undefined, template: { spec } },
      status: { printableStatus },
    };
    return status === undefined ? { vm } : { vm, vmi: { metadata: { ...metadata, uid: `vmi-${name}` }, spec, status } };
  };
  return {
    run: state('run', 'Running', { phase: 'Running' }),
    paused: state('paused', 'Paused', { phase: 'Running', conditions: [{ type: 'Paused', status: 'True' }] }),
    halted: state('halted', 'Stopped', undefined),
    starting: state('starting', 'Starting', { phase: 'Scheduling' }),
    failed: state('failed', 'Stopped', { phase: 'Failed' }),
    blind: state('blind', 'Running', { phase: 'Running' }, { autoattachGraphicsDevice: false }),
    mute: state('mute', 'Running', { phase: 'Running' }, { autoattachSerialConsole: false }),
    nobody: {},
  };
}
