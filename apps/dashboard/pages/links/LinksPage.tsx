import { FormSelect, FormSelectOption, SearchInput, Title } from '@patternfly/react-core';
import LinkIcon from '@patternfly/react-icons/dist/esm/icons/link-icon';
import { useCallback, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { type GateTokenView } from '#libs/api';
import { type LinkAction, useLinkAction } from '../../hooks/useLinkActions.js';
import { useLinks, useVms } from '../../hooks/useLists.js';
import { inNamespace, useNamespace } from '../../hooks/useNamespace.js';
import { useNow } from '../../hooks/useNow.js';
import { useTitle } from '../useTitle.js';
import { Confirm } from '../confirm/Confirm.js';
import { useNotify } from '../shell/Notifications.js';
import { Paged } from '../Paged.js';
import { Empty, Failure, Loading } from '../States.js';
import { filterLinks, lastEnd, type LinkFilter } from './filter.js';
import { LinkTable } from './LinkTable.js';
import { linksText as text, PHASES } from './text.js';

/** The links of a namespace, live. */
export function LinksPage() {
  const { namespace } = useNamespace();
  const query = useLinks(namespace);
  const vms = useVms(namespace).data?.items;
  const [filter, setFilter] = useState<LinkFilter>({ text: '' });
  const [asking, setAsking] = useState<{ link: GateTokenView; action: LinkAction }>();
  useTitle(text.title);

  const all = query.data?.items ?? [];
  const ended = useNow((now) => lastEnd(all, now));
  const shown = filterLinks(all, filter, ended);
  const names = useMemo(() => vms && new Set(vms.map(({ name }) => name)), [vms]);
  const onAct = useCallback((link: GateTokenView, action: LinkAction) => setAsking({ link, action }), []);
  return (
    <>
      <div className="kg-head">
        <Title headingLevel="h1">{text.title}</Title>
        {query.data && <Filters filter={filter} count={text.count(shown.length, all.length)} onChange={setFilter} />}
      </div>
      {query.data ? (
        <Content namespace={namespace} all={all.length} shown={shown} vms={names} onAct={onAct} />
      ) : query.error ? (
        <Failure error={query.error} what={text.what} onRetry={() => void query.refetch()} />
      ) : (
        <Loading />
      )}
      {asking && <Asking namespace={namespace} {...asking} onClose={() => setAsking(undefined)} />}
    </>
  );
}

interface ContentProps {
  namespace: string;
  all: number;
  shown: GateTokenView[];
  /** Names of the VMs that exist, if known. */
  vms: ReadonlySet<string> | undefined;
  onAct: (link: GateTokenView, action: LinkAction) => void;
}

function Content({ namespace, all, shown, vms, onAct }: ContentProps) {
  if (all === 0) {
    const toVms = <Link to={inNamespace('/vms', namespace)}>{text.toVms}</Link>;
    return <Empty title={text.empty} text={text.emptyText} icon={LinkIcon} action={toVms} />;
  }
  if (shown.length === 0) return <Empty title={text.noMatch} text={text.noMatchText} />;
  return <Paged items={shown}>{(page) => <LinkTable links={page} vms={vms} onAct={onAct} />}</Paged>;
}

interface FiltersProps {
  filter: LinkFilter;
  count: string;
  onChange: (filter: LinkFilter) => void;
}

function Filters({ filter, count, onChange }: FiltersProps) {
  const setPhase = (value: string) => {
    const phase = PHASES.find((one) => one === value);
    onChange({ text: filter.text, ...(phase && { phase }) });
  };
  return (
    <div className="kg-buttons-row">
      <span className="kg-subtle" role="status">
        {count}
      </span>
      <div className="kg-select">
        <FormSelect aria-label={text.phases} value={filter.phase ?? ''} onChange={(_event, value) => setPhase(value)}>
          <FormSelectOption value="" label={text.all} />
          {PHASES.map((phase) => (
            <FormSelectOption key={phase} value={phase} label={phase} />
          ))}
        </FormSelect>
      </div>
      <div className="kg-filter">
        <SearchInput
          aria-label={text.filter}
          placeholder={text.filter}
          value={filter.text}
          onChange={(_event, value) => onChange({ ...filter, text: value })}
          onClear={() => onChange({ ...filter, text: '' })}
        />
      </div>
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
