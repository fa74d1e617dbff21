import { Button, type ButtonProps } from '@patternfly/react-core';
import { type Vm } from '#libs/api';
import { useVmAction } from '../../hooks/useVmAction.js';
import { useNotify } from '../shell/Notifications.js';
import { mayStart } from './actions.js';
import { actionText } from './text.js';

/** Starts a stopped VM; renders nothing if the VM runs or the user has no right to start it. */
export function StartButton({ vm, ...look }: { vm: Vm } & Pick<ButtonProps, 'size' | 'variant'>) {
  const notify = useNotify();
  const act = useVmAction(vm);
  if (!mayStart(vm)) return null;
  const { label, done, failed } = actionText.start;
  const start = () =>
    act.mutate('start', {
      onSuccess: () => notify('success', done(vm.name)),
      onError: (error) => notify('danger', failed(vm.name), error.message),
    });
  return (
    <Button {...look} isDisabled={act.isPending} aria-label={`${label} ${vm.name}`} onClick={start}>
      {label}
    </Button>
  );
}
