import VirtualMachineIcon from '@patternfly/react-icons/dist/esm/icons/virtual-machine-icon';
import { useMemo, useState } from 'react';
import { type Vm } from '#libs/api';
import { usePolled, useVms } from '../../hooks/useLists.js';
import { useNamespace } from '../../hooks/useNamespace.js';
import { useUrlState } from '../../hooks/useUrlState.js';
import { IssueDialog } from '../issue/LazyIssueDialog.js';
import { ListPage } from '../ListPage.js';
import { notesOf } from '../rights.js';
import { Empty } from '../States.js';
import { fits } from './actions.js';
import { vmsText as text } from './text.js';
import { VmTable } from './VmTable.js';

const names = new Intl.Collator();
const byName = (a: Vm, b: Vm): number => names.compare(a.name, b.name);

/** The VMs of a namespace, live. */
export function VmsPage() {
  const { namespace } = useNamespace();
  const query = useVms(namespace);
  const polled = usePolled(namespace, 'vms');
  const [filter] = useUrlState('filter');
  const [issuing, setIssuing] = useState<Vm>();

  const all = query.data?.items;
  const shown = useMemo(() => (all ?? []).filter((vm) => fits(vm, filter)).sort(byName), [all, filter]);
  return (
    <>
      <ListPage
        text={text}
        query={query}
        shown={shown}
        notes={notesOf({ polled, lacks: all?.[0]?.lacks })}
        empty={<Empty title={text.empty} text={text.emptyText(namespace)} icon={VirtualMachineIcon} />}
      >
        {(page) => <VmTable vms={page} onIssue={setIssuing} />}
      </ListPage>
      {issuing && <IssueDialog vm={issuing} onClose={() => setIssuing(undefined)} />}
    </>
  );
}
