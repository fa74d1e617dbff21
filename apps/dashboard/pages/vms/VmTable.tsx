import { Button } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from 'react-router';
import { type Vm } from '#libs/api';
import { consolePath } from '../../console/address.js';
import { inNamespace } from '../../hooks/useNamespace.js';
import { dateTime } from '../../time/duration.js';
import { Age } from '../Age.js';
import { isUnknown } from '../rights.js';
import { common } from '../text.js';
import { sizeOf } from './actions.js';
import { StartButton } from './StartButton.js';
import { vmsText as text } from './text.js';
import { VmMenu } from './VmMenu.js';
import { VmStatus } from './VmStatus.js';

/** The VMs of a namespace; on narrow windows each row becomes a card. */
export function VmTable({ vms, onIssue }: { vms: Vm[]; onIssue: (vm: Vm) => void }) {
  const { columns } = text;
  return (
    <Table role="table" aria-label={text.title} variant="compact" gridBreakPoint="grid-lg" className="kg-table">
      <Thead>
        <Tr>
          <Th>{columns.name}</Th>
          <Th>{columns.status}</Th>
          <Th modifier="wrap">{columns.size}</Th>
          <Th>{columns.ips}</Th>
          <Th>{columns.age}</Th>
          <Th modifier="wrap">{columns.viewers}</Th>
          <Th screenReaderText={columns.actions} />
        </Tr>
      </Thead>
      <Tbody>
        {vms.map((vm) => (
          <Row key={vm.name} vm={vm} onIssue={() => onIssue(vm)} />
        ))}
      </Tbody>
    </Table>
  );
}

function Row({ vm, onIssue }: { vm: Vm; onIssue: () => void }) {
  const { columns } = text;
  return (
    <Tr>
      <Td dataLabel={columns.name}>
        <Link to={inNamespace(`/vms/${encodeURIComponent(vm.name)}`, vm.namespace)}>{vm.name}</Link>
      </Td>
      <Td dataLabel={columns.status}>
        <div>
          <VmStatus status={vm.status} />
        </div>
      </Td>
      <Td dataLabel={columns.size}>{sizeOf(vm, text.cpus) || common.none}</Td>
      <Td dataLabel={columns.ips}>{ipsOf(vm)}</Td>
      <Td dataLabel={columns.age} title={dateTime(vm.created)} modifier="nowrap">
        <Age since={vm.created} />
      </Td>
      <Td dataLabel={columns.viewers}>{viewersOf(vm)}</Td>
      <Td>
        <div className="kg-buttons-row kg-end">
          {vm.may.vnc && vm.consoles.vnc && (
            <Button
              component="a"
              size="sm"
              variant="secondary"
              href={consolePath({ namespace: vm.namespace, vm: vm.name, kind: 'vnc', as: 'user' })}
              target="_blank"
              aria-label={text.screenOf(vm.name)}
            >
              {text.screen}
            </Button>
          )}
          <StartButton vm={vm} size="sm" variant="secondary" />
          <VmMenu vm={vm} onIssue={onIssue} />
        </div>
      </Td>
    </Tr>
  );
}

function ipsOf(vm: Vm): string {
  return vm.ips.join(', ') || (isUnknown(vm, 'virtualmachineinstances') ? common.unknown : common.none);
}

function viewersOf(vm: Vm): string {
  const viewers = vm.viewers.map(({ who }) => who).join(', ');
  return viewers || (isUnknown(vm, 'gatesessions') ? common.unknown : text.nobody);
}
