import { Button, SearchInput, Title } from '@patternfly/react-core';
import VirtualMachineIcon from '@patternfly/react-icons/dist/esm/icons/virtual-machine-icon';
import { useState } from 'react';
import { type Vm } from '#libs/api';
import { useVms } from '../../hooks/useLists.js';
import { useNamespace } from '../../hooks/useNamespace.js';
import { useUrlState } from '../../hooks/useUrlState.js';
import { useTitle } from '../useTitle.js';
import { IssueDialog } from '../issue/IssueDialog.js';
import { Paged } from '../Paged.js';
import { Empty, Failure, Loading } from '../States.js';
import { fits } from './actions.js';
import { vmsText as text } from './text.js';
import { VmTable } from './VmTable.js';

/** The VMs of a namespace, live. */
export function VmsPage() {
  const { namespace } = useNamespace();
  const query = useVms(namespace);
  const [filter, setFilter] = useUrlState('filter');
  const [issuing, setIssuing] = useState<Vm>();
  useTitle(text.title);

  const all = query.data?.items ?? [];
  const shown = all.filter((vm) => fits(vm, filter)).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <div className="kg-head">
        <Title headingLevel="h1">{text.title}</Title>
        {query.data && <Filter value={filter} count={text.count(shown.length, all.length)} onChange={setFilter} />}
      </div>
      {query.data ? (
        <Content
          namespace={namespace}
          all={all.length}
          shown={shown}
          onClear={() => setFilter('')}
          onIssue={setIssuing}
        />
      ) : query.error ? (
        <Failure error={query.error} what={text.what} onRetry={() => void query.refetch()} />
      ) : (
        <Loading />
      )}
      {issuing && <IssueDialog vm={issuing} onClose={() => setIssuing(undefined)} />}
    </>
  );
}

function Filter({ value, count, onChange }: { value: string; count: string; onChange: (value: string) => void }) {
  return (
    <div className="kg-buttons-row">
      <span className="kg-subtle" role="status">
        {count}
      </span>
      <div className="kg-filter">
        <SearchInput
          aria-label={text.filter}
          placeholder={text.filter}
          value={value}
          onChange={(_event, next) => onChange(next)}
          onClear={() => onChange('')}
        />
      </div>
    </div>
  );
}

interface ContentProps {
  namespace: string;
  all: number;
  shown: Vm[];
  onClear: () => void;
  onIssue: (vm: Vm) => void;
}

function Content({ namespace, all, shown, onClear, onIssue }: ContentProps) {
  if (all === 0) return <Empty title={text.empty} text={text.emptyText(namespace)} icon={VirtualMachineIcon} />;
  if (shown.length === 0) {
    const clear = (
      <Button variant="link" onClick={onClear}>
        {text.clear}
      </Button>
    );
    return <Empty title={text.noMatch} text={text.noMatchText} action={clear} />;
  }
  return <Paged items={shown}>{(page) => <VmTable vms={page} onIssue={onIssue} />}</Paged>;
}
