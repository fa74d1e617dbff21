import { Button, type ButtonProps } from '@patternfly/react-core';
import { type Vm } from '#libs/api';
import { useVmAction } from '../../hooks/useVmAction.js';
import { useNotify } from '../shell/Notifications.js';
import { mayStart } from './actions.js';
import { actionText } from './text.js';

/** Starts a VM that does not run; nothing where it runs or she may not. */
export function StartButton({ vm, ...look }: { vm: Vm } & Pick<ButtonProps, 'size' | 'variant'>) {
  const notify = useNotify();
  const act = useVmAction(vm);
  if (!mayStart(vm)) return null;
  const { label, done, failed } = actionText.start;
  const start = () =>
    act.mutate('start', {
      onSuccess: () => notify('success', `${vm.name} ${done}`),
      onError: (error) => notify('danger', `${vm.name} ${failed}`, error.message),
    });
  return (
    <Button {...look} isDisabled={act.isPending} aria-label={`${label} ${vm.name}`} onClick={start}>
      {label}
    </Button>
  );
}
