import { Breadcrumb, BreadcrumbItem, Button, Title } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { type Vm } from '#libs/api';
import { ApiError } from '../../api/client.js';
import { consolePath } from '../../console/address.js';
import { usePolled, useVm } from '../../hooks/useLists.js';
import { inNamespace, useNamespace } from '../../hooks/useNamespace.js';
import { useTitle } from '../useTitle.js';
import { IssueDialog } from '../issue/LazyIssueDialog.js';
import { Loaded } from '../Loaded.js';
import { Notes } from '../Notes.js';
import { notesOf } from '../rights.js';
import { Empty } from '../States.js';
import { common } from '../text.js';
import { ScreenPreview } from './ScreenPreview.js';
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
  const query = useVm(namespace, name);
  useTitle(name);
  if (query.data === null || isMissing(query.error)) {
    const back = <Link to={inNamespace('/vms', namespace)}>{common.home}</Link>;
    return <Empty title={text.missing(name)} text={text.missingText} action={back} />;
  }
  return (
    <Loaded query={query} what={text.what}>
      {(vm) => vm && <Content vm={vm} />}
    </Loaded>
  );
}

function isMissing(error: Error | null): boolean {
  return error instanceof ApiError && error.code === 404;
}

function Content({ vm }: { vm: Vm }) {
  const [issuing, setIssuing] = useState(false);
  const polled = usePolled(vm.namespace, 'vms');
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
      <Notes notes={notesOf({ polled, lacks: vm.lacks })} />
      <div className="kg-vm">
        <ScreenPreview vm={vm} />
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
