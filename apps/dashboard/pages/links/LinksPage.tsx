import { FormSelect, FormSelectOption } from '@patternfly/react-core';
import LinkIcon from '@patternfly/react-icons/dist/esm/icons/link-icon';
import { useCallback, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { type GateTokenView } from '#libs/api';
import { type LinkAction, useLinkAction } from '../../hooks/useLinkActions.js';
import { useLinks, usePolled, useVms } from '../../hooks/useLists.js';
import { inNamespace, useNamespace } from '../../hooks/useNamespace.js';
import { useNow } from '../../hooks/useNow.js';
import { useUrlState } from '../../hooks/useUrlState.js';
import { Confirm } from '../confirm/Confirm.js';
import { useNotify } from '../shell/Notifications.js';
import { ListPage } from '../ListPage.js';
import { notesOf } from '../rights.js';
import { Empty } from '../States.js';
import { filterLinks, lastEnd, linkFilter } from './filter.js';
import { LinkTable } from './LinkTable.js';
import { linksText as text, PHASES } from './text.js';

/** The links of a namespace, live. */
export function LinksPage() {
  const { namespace } = useNamespace();
  const query = useLinks(namespace);
  const polled = usePolled(namespace, 'links');
  const vms = useVms(namespace).data?.items;
  const [words] = useUrlState('filter');
  const [phase, setPhase] = useUrlState('phase');
  const [asking, setAsking] = useState<{ link: GateTokenView; action: LinkAction }>();

  const all = query.data?.items ?? [];
  const ended = useNow((now) => lastEnd(all, now));
  const shown = filterLinks(all, linkFilter(words, phase), ended);
  const names = useMemo(() => vms && new Set(vms.map(({ name }) => name)), [vms]);
  const onAct = useCallback((link: GateTokenView, action: LinkAction) => setAsking({ link, action }), []);
  const toVms = <Link to={inNamespace('/vms', namespace)}>{text.toVms}</Link>;
  return (
    <>
      <ListPage
        text={text}
        query={query}
        shown={shown}
        notes={notesOf({ polled })}
        filters={<PhaseSelect phase={phase} onChange={setPhase} />}
        empty={<Empty title={text.empty} text={text.emptyText} icon={LinkIcon} action={toVms} />}
      >
        {(page) => <LinkTable links={page} vms={names} onAct={onAct} />}
      </ListPage>
      {asking && <Asking namespace={namespace} {...asking} onClose={() => setAsking(undefined)} />}
    </>
  );
}

function PhaseSelect({ phase, onChange }: { phase: string; onChange: (phase: string) => void }) {
  return (
    <div className="kg-select">
      <FormSelect aria-label={text.phases} value={phase} onChange={(_event, value) => onChange(value)}>
        <FormSelectOption value="" label={text.all} />
        {PHASES.map((one) => (
          <FormSelectOption key={one} value={one} label={one} />
        ))}
      </FormSelect>
    </div>
  );
}

interface AskingProps {
  namespace: string;
  link: GateTokenView;
  action: LinkAction;
  onClose: () => void;
}

function Asking({ namespace, link, action, onClose }: AskingProps) {
  const notify = useNotify();
  const act = useLinkAction(namespace);
  const revokes = action === 'revoke';
  const run = () =>
    act.mutate(
      { link, action },
      {
        onSuccess: () => {
          notify('success', revokes ? text.revoked(link.name) : text.removed(link.name));
          onClose();
        },
      },
    );
  return (
    <Confirm
      title={revokes ? text.revokeTitle(link.name) : text.removeTitle(link.name)}
      text={revokes ? text.revokeText : text.removeText}
      action={revokes ? text.revoke : text.remove}
      busy={act.isPending}
      error={act.error}
      onConfirm={run}
      onClose={onClose}
    />
  );
}
