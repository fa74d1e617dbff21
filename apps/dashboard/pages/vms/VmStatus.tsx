import { Label } from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import InProgressIcon from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import OffIcon from '@patternfly/react-icons/dist/esm/icons/off-icon';
import PauseCircleIcon from '@patternfly/react-icons/dist/esm/icons/pause-circle-icon';
import { type ComponentProps } from 'react';

type Look = Pick<ComponentProps<typeof Label>, 'color' | 'icon'>;

const PROGRESS: Look = { color: 'blue', icon: <InProgressIcon /> };
const OFF: Look = { color: 'grey', icon: <OffIcon /> };
const LOOKS: Record<string, Look> = {
  Running: { color: 'green', icon: <CheckCircleIcon /> },
  Paused: { color: 'orange', icon: <PauseCircleIcon /> },
  Stopped: OFF,
  Halted: OFF,
  Starting: PROGRESS,
  Stopping: PROGRESS,
  Terminating: PROGRESS,
  Migrating: PROGRESS,
  Provisioning: PROGRESS,
  WaitingForVolumeBinding: PROGRESS,
  WaitingForReceiver: PROGRESS,
};
const TROUBLE: Look = { color: 'red', icon: <ExclamationCircleIcon /> };

/** printableStatus of KubeVirt as a label; a status that we do not know is shown as trouble, as most are. */
export function VmStatus({ status }: { status: string }) {
  return <Label {...(LOOKS[status] ?? TROUBLE)}>{status}</Label>;
}
