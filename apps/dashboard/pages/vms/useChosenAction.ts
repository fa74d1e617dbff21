import { useState } from 'react';
import { type Vm, type VmAction } from '#libs/api';
import { useVmAction } from '../../hooks/useVmAction.js';
import { useNotify } from '../shell/Notifications.js';
import { actionText } from './text.js';

/**
 * Runs the action that a user chooses for a VM and notifies them of the result. An action with a question in
 * `actionText` becomes `asked` first, and runs after `confirm`; its error is shown with the question.
 */
export function useChosenAction(vm: Vm) {
  const [asked, setAsked] = useState<VmAction>();
  const notify = useNotify();
  const { mutate, reset, isPending: busy, error } = useVmAction(vm);

  const run = (action: VmAction) =>
    mutate(action, {
      onSuccess: () => {
        setAsked(undefined);
        notify('success', actionText[action].done(vm.name));
      },
      onError: (failure) => {
        if (!actionText[action].ask) notify('danger', actionText[action].failed(vm.name), failure.message);
      },
    });
  const choose = (action: VmAction) => {
    reset();
    if (actionText[action].ask) setAsked(action);
    else run(action);
  };
  return { asked, busy, error, choose, confirm: () => asked && run(asked), cancel: () => setAsked(undefined) };
}
