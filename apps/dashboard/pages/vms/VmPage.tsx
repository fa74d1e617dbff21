import { Breadcrumb, BreadcrumbItem, Button, Title } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { type Vm } from '#libs/api';
import { consolePath } from '../../console/address.js';
import { useVms } from '../../hooks/useLists.js';
import { inNamespace, useNamespace } from '../../hooks/useNamespace.js';
import { useTitle } from '../useTitle.js';
import { IssueDialog } from '../issue/IssueDialog.js';
import { Empty, Failure, Loading } from '../States.js';
import { common } from '../text.js';
import { Screenshot } from './Screenshot.js';
import { mayStart } from './actions.js';
import { StartButton } from './StartButton.js';
import { vmsText, vmText as text } from './text.js';
import { VmDetails } from './VmDetails.js';
import { VmMenu } from './VmMenu.js';
import { VmStatus } from './VmStatus.js';
import { VmViewers } from './VmViewers.js';

/** One VM: what it is, what it shows, who is on it. */
export function VmPage() {
  const { name = '' } = useParams();
  const { namespace } = useNamespace();
  const query = useVms(namespace);
  useTitle(name);
  const vm = query.data?.items.find((one) => one.name === name);
  if (vm) return <Content vm={vm} />;
  if (query.data) {
    const back = <Link to={inNamespace('/vms', namespace)}>{common.home}</Link>;
    return <Empty title={text.missing(name)} text={text.missingText} action={back} />;
  }
  if (query.error) return <Failure error={query.error} what={text.what} onRetry={() => void query.refetch()} />;
  return <Loading />;
}

function Content({ vm }: { vm: Vm }) {
  const [issuing, setIssuing] = useState(false);
  return (
    <>
      <Breadcrumb>
        <BreadcrumbItem render={() => <Link to={inNamespace('/vms', vm.namespace)}>{vmsText.title}</Link>} />
        <BreadcrumbItem isActive>{vm.name}</BreadcrumbItem>
      </Breadcrumb>
      <div className="kg-head">
        <div className="kg-buttons-row">
          <Title headingLevel="h1">{vm.name}</Title>
          <VmStatus status={vm.status} />
        </div>
        <div className="kg-buttons-row">
          <Open vm={vm} kind="vnc" label={vmsText.screen} />
          <Open vm={vm} kind="serial" label={vmsText.serial} />
          <StartButton vm={vm} variant="primary" />
          {vm.may.issue && (
            <Button variant={mayStart(vm) ? 'secondary' : 'primary'} onClick={() => setIssuing(true)}>
              {vmsText.issue}
            </Button>
          )}
          <VmMenu vm={vm} onIssue={() => setIssuing(true)} />
        </div>
      </div>
      <div className="kg-vm">
        <Screenshot vm={vm} />
        <div className="kg-stack">
          <VmViewers vm={vm} />
          <VmDetails vm={vm} />
        </div>
      </div>
      {issuing && <IssueDialog vm={vm} onClose={() => setIssuing(false)} />}
    </>
  );
}

function Open({ vm, kind, label }: { vm: Vm; kind: 'vnc' | 'serial'; label: string }) {
  if (!vm.may[kind] || !vm.consoles[kind]) return null;
  const href = consolePath({ namespace: vm.namespace, vm: vm.name, kind, as: 'user' });
  return (
    <Button component="a" variant="secondary" href={href} target="_blank">
      {label}
    </Button>
  );
}
