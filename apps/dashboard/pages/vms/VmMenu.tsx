import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import EllipsisVIcon from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { useState } from 'react';
import { type Vm, type VmAction } from '#libs/api';
import { consolePath } from '../../console/address.js';
import { useVmAction } from '../../hooks/useVmAction.js';
import { Confirm } from '../confirm/Confirm.js';
import { useNotify } from '../shell/Notifications.js';
import { common } from '../text.js';
import { actionsOf } from './actions.js';
import { actionText, vmsText as text } from './text.js';

/** Everything that can be done with a VM; stopping and restarting ask first. */
export function VmMenu({ vm, onIssue }: { vm: Vm; onIssue: () => void }) {
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<VmAction>();
  const notify = useNotify();
  const act = useVmAction(vm);
  const actions = actionsOf(vm);

  const run = (action: VmAction) =>
    act.mutate(action, {
      onSuccess: () => {
        setAsking(undefined);
        notify('success', actionText[action].done(vm.name));
      },
      onError: (error) => {
        if (!actionText[action].ask) notify('danger', actionText[action].failed(vm.name), error.message);
      },
    });
  const choose = (action: VmAction) => {
    act.reset();
    if (actionText[action].ask) setAsking(action);
    else run(action);
  };

  return (
    <>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        popperProps={{ position: 'right' }}
        toggle={(ref) => (
          <MenuToggle
            ref={ref}
            variant="plain"
            icon={<EllipsisVIcon />}
            isExpanded={open}
            aria-label={common.actionsOf(vm.name)}
            onClick={() => setOpen(!open)}
          />
        )}
      >
        <DropdownList>
          <ConsoleItem vm={vm} kind="vnc" label={text.screen} />
          <ConsoleItem vm={vm} kind="serial" label={text.serial} />
          <DropdownItem isDisabled={!vm.may.issue} onClick={onIssue}>
            {text.issue}
          </DropdownItem>
          {actions.length > 0 && <Divider component="li" />}
          {actions.map(({ action, allowed }) => (
            <DropdownItem key={action} isDisabled={!allowed} onClick={() => choose(action)}>
              {actionText[action].label}
            </DropdownItem>
          ))}
        </DropdownList>
      </Dropdown>
      {asking && (
        <Confirm
          title={`${actionText[asking].label} ${vm.name}?`}
          text={actionText[asking].ask ?? ''}
          action={actionText[asking].label}
          busy={act.isPending}
          error={act.error}
          onConfirm={() => run(asking)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

function ConsoleItem({ vm, kind, label }: { vm: Vm; kind: 'vnc' | 'serial'; label: string }) {
  const usable = vm.may[kind] && vm.consoles[kind];
  return (
    <DropdownItem
      isDisabled={!usable}
      {...(usable && { to: consolePath({ namespace: vm.namespace, vm: vm.name, kind }), target: '_blank' })}
    >
      {label}
    </DropdownItem>
  );
}
