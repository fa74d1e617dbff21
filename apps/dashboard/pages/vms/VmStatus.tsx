import { Label } from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import InProgressIcon from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import OffIcon from '@patternfly/react-icons/dist/esm/icons/off-icon';
import PauseCircleIcon from '@patternfly/react-icons/dist/esm/icons/pause-circle-icon';
import { type ComponentProps } from 'react';
import { type StatusGroup, statusGroup } from '#libs/kubevirt';

type Look = Pick<ComponentProps<typeof Label>, 'color' | 'icon'>;

const PROGRESS: Look = { color: 'blue', icon: <InProgressIcon /> };
const LOOKS: Readonly<Record<StatusGroup, Look>> = {
  running: { color: 'green', icon: <CheckCircleIcon /> },
  paused: { color: 'orange', icon: <PauseCircleIcon /> },
  starting: PROGRESS,
  stopping: PROGRESS,
  stopped: { color: 'grey', icon: <OffIcon /> },
  failing: { color: 'red', icon: <ExclamationCircleIcon /> },
};

/** KubeVirt's printableStatus as a label. */
export function VmStatus({ status }: { status: string }) {
  return <Label {...(status === 'Migrating' ? PROGRESS : LOOKS[statusGroup(status)])}>{status}</Label>;
}
