import {
  Card,
  CardBody,
  CardTitle,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  Label,
  LabelGroup,
} from '@patternfly/react-core';
import { type Vm } from '#libs/api';
import { dateTime } from '../../time/duration.js';
import { isUnknown } from '../rights.js';
import { common } from '../text.js';
import { sizeOf } from './actions.js';
import { vmsText, vmText as text } from './text.js';

/** The facts of a VM. */
export function VmDetails({ vm }: { vm: Vm }) {
  const unseen = isUnknown(vm, 'virtualmachineinstances') ? common.unknown : '';
  const facts: [string, string][] = [
    [vmsText.columns.size, sizeOf(vm, vmsText.cpus)],
    [vmsText.columns.ips, vm.ips.join(', ') || unseen],
    [text.node, vm.node ?? unseen],
    [text.os, vm.os ?? unseen],
    [text.created, dateTime(vm.created)],
  ];
  return (
    <Card>
      <CardTitle component="h2">{text.details}</CardTitle>
      <CardBody>
        <DescriptionList isCompact isHorizontal>
          {facts.map(([term, value]) => (
            <DescriptionListGroup key={term}>
              <DescriptionListTerm>{term}</DescriptionListTerm>
              <DescriptionListDescription>{value || common.none}</DescriptionListDescription>
            </DescriptionListGroup>
          ))}
          <DescriptionListGroup>
            <DescriptionListTerm>{text.conditions}</DescriptionListTerm>
            <DescriptionListDescription>
              <Conditions vm={vm} />
            </DescriptionListDescription>
          </DescriptionListGroup>
        </DescriptionList>
      </CardBody>
    </Card>
  );
}

function Conditions({ vm: { conditions } }: { vm: Vm }) {
  if (conditions.length === 0) return common.none;
  return (
    <LabelGroup numLabels={8} aria-label={text.conditions}>
      {conditions.map(({ type, status, reason, message }) => (
        <Label key={type} isCompact color={status === 'True' ? 'blue' : 'grey'} title={message}>
          {text.condition(status === 'True' ? type : `not ${type}`, reason)}
        </Label>
      ))}
    </LabelGroup>
  );
}
