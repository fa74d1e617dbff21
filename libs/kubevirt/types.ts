import { type ObjectMeta } from '#libs/wire';

/**
 * The fields of KubeVirt's objects that this product reads or writes (kubevirt.io/api/core/v1). Everything else of an
 * object is carried along untouched.
 */
/** A condition of a VM or VMI. Unlike metav1.Condition its reason and message may be absent. */
export interface VmCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastProbeTime?: string | null;
  lastTransitionTime?: string | null;
}

export type RunStrategy = 'Always' | 'Halted' | 'Manual' | 'RerunOnFailure' | 'Once' | 'WaitAsReceiver';

export interface VirtualMachine {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: VirtualMachineSpec;
  status?: VirtualMachineStatus;
}

export interface VirtualMachineSpec {
  /** Deprecated; excludes runStrategy. */
  running?: boolean;
  runStrategy?: RunStrategy;
  template: { metadata?: ObjectMeta; spec: InstanceSpec };
}

export interface VirtualMachineStatus {
  created?: boolean;
  ready?: boolean;
  printableStatus?: PrintableStatus;
  runStrategy?: RunStrategy;
  observedGeneration?: number;
  desiredGeneration?: number;
  conditions?: VmCondition[];
  stateChangeRequests?: StateChangeRequest[];
  /** Instances that failed before they ran: the next one waits. */
  startFailure?: { consecutiveFailCount?: number; lastFailedVMIUID?: string; retryAfterTimestamp?: string };
}

export interface StateChangeRequest {
  action: 'Start' | 'Stop';
  uid?: string;
  data?: Record<string, string>;
}

export interface VirtualMachineInstance {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: InstanceSpec;
  status?: InstanceStatus;
}

export interface InstanceSpec {
  domain: Domain;
  networks?: { name: string; [kind: string]: unknown }[];
  terminationGracePeriodSeconds?: number;
  livenessProbe?: unknown;
  startStrategy?: 'Paused';
  architecture?: string;
  hostname?: string;
  [field: string]: unknown;
}

export interface Domain {
  cpu?: { cores?: number; sockets?: number; threads?: number; [field: string]: unknown };
  memory?: { guest?: string | number; [field: string]: unknown };
  resources?: { requests?: Quantities; limits?: Quantities };
  machine?: { type?: string };
  devices?: Devices;
  [field: string]: unknown;
}

export interface Quantities {
  cpu?: string | number;
  memory?: string | number;
  [resource: string]: unknown;
}

export interface Devices {
  autoattachGraphicsDevice?: boolean;
  autoattachSerialConsole?: boolean;
  autoattachPodInterface?: boolean;
  autoattachVSOCK?: boolean;
  clientPassthrough?: unknown;
  interfaces?: { name: string; [binding: string]: unknown }[];
  [field: string]: unknown;
}

export type Phase =
  '' | 'Pending' | 'Scheduling' | 'Scheduled' | 'Running' | 'Succeeded' | 'Failed' | 'WaitingForSync' | 'Unknown';

export interface InstanceStatus {
  phase?: Phase;
  nodeName?: string;
  reason?: string;
  conditions?: VmCondition[];
  interfaces?: { name?: string; ipAddress?: string; ipAddresses?: string[]; mac?: string; [field: string]: unknown }[];
  guestOSInfo?: { prettyName?: string; [field: string]: unknown };
  migrationState?: { completed?: boolean; failed?: boolean; startTimestamp?: string };
  phaseTransitionTimestamps?: { phase: Phase; phaseTransitionTimestamp: string }[];
  machine?: { type?: string };
}

/** .status.printableStatus, in the order in which KubeVirt looks for the first that holds. */
export const PRINTABLE_STATUSES = [
  'Terminating',
  'Stopping',
  'Migrating',
  'Paused',
  'Running',
  'ErrorPvcNotFound',
  'DataVolumeError',
  'ErrorUnschedulable',
  'Provisioning',
  'WaitingForVolumeBinding',
  'ErrImagePull',
  'ImagePullBackOff',
  'Starting',
  'CrashLoopBackOff',
  'Stopped',
  'WaitingForReceiver',
  'Unknown',
] as const;

export type PrintableStatus = (typeof PRINTABLE_STATUSES)[number];
