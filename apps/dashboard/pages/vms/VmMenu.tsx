import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import EllipsisVIcon from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { useState } from 'react';
import { type Vm, type VmAction } from '#libs/api';
import { consolePath } from '../../console/address.js';
import { Confirm } from '../confirm/Confirm.js';
import { common } from '../text.js';
import { actionsOf } from './actions.js';
import { actionText, vmsText as text } from './text.js';
import { useChosenAction } from './useChosenAction.js';

/** Everything that can be done with a VM; stopping and restarting ask first. */
export function VmMenu({ vm, onIssue }: { vm: Vm; onIssue: () => void }) {
  const [open, setOpen] = useState(false);
  const { asked, busy, error, choose, confirm, cancel } = useChosenAction(vm);
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
        <Items vm={vm} onIssue={onIssue} onAction={choose} />
      </Dropdown>
      {asked && (
        <Confirm
          title={`${actionText[asked].label} ${vm.name}?`}
          text={actionText[asked].ask ?? ''}
          action={actionText[asked].label}
          busy={busy}
          error={error}
          onConfirm={confirm}
          onClose={cancel}
        />
      )}
    </>
  );
}

function Items({ vm, onIssue, onAction }: { vm: Vm; onIssue: () => void; onAction: (action: VmAction) => void }) {
  const actions = actionsOf(vm);
  return (
    <DropdownList>
      <ConsoleItem vm={vm} kind="vnc" label={text.screen} />
      <ConsoleItem vm={vm} kind="serial" label={text.serial} />
      <DropdownItem isDisabled={!vm.may.issue} onClick={onIssue}>
        {text.issue}
      </DropdownItem>
      {actions.length > 0 && <Divider component="li" />}
      {actions.map(({ action, allowed }) => (
        <DropdownItem key={action} isDisabled={!allowed} onClick={() => onAction(action)}>
          {actionText[action].label}
        </DropdownItem>
      ))}
    </DropdownList>
  );
}

function ConsoleItem({ vm, kind, label }: { vm: Vm; kind: 'vnc' | 'serial'; label: string }) {
  const usable = vm.may[kind] && vm.consoles[kind];
  return (
    <DropdownItem
      isDisabled={!usable}
      {...(usable && { to: consolePath({ namespace: vm.namespace, vm: vm.name, kind, as: 'user' }), target: '_blank' })}
    >
      {label}
    </DropdownItem>
  );
}
