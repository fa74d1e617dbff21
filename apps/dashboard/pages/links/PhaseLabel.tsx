import { Label } from '@patternfly/react-core';
import BanIcon from '@patternfly/react-icons/dist/esm/icons/ban-icon';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import HourglassIcon from '@patternfly/react-icons/dist/esm/icons/hourglass-icon';
import InProgressIcon from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import { type ComponentProps } from 'react';
import { type GateTokenPhase } from '#libs/api';

const LOOKS: Record<GateTokenPhase, Pick<ComponentProps<typeof Label>, 'color' | 'icon'>> = {
  Ready: { color: 'green', icon: <CheckCircleIcon /> },
  Pending: { color: 'blue', icon: <InProgressIcon /> },
  Expired: { color: 'grey', icon: <HourglassIcon /> },
  Revoked: { color: 'orange', icon: <BanIcon /> },
  Error: { color: 'red', icon: <ExclamationCircleIcon /> },
};

/** A link's phase as a label. */
export function PhaseLabel({ phase }: { phase: GateTokenPhase }) {
  return <Label {...LOOKS[phase]}>{phase}</Label>;
}
