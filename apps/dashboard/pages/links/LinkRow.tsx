import { Button, Label } from '@patternfly/react-core';
import { Td, Tr } from '@patternfly/react-table';
import { memo } from 'react';
import { Link } from 'react-router';
import { type GateTokenPhase, type GateTokenView } from '#libs/api';
import { type LinkAction } from '../../hooks/useLinkActions.js';
import { inNamespace } from '../../hooks/useNamespace.js';
import { useNow } from '../../hooks/useNow.js';
import { countdown, dateTime } from '../../time/duration.js';
import { Age } from '../Age.js';
import { common } from '../text.js';
import { phaseNow } from './filter.js';
import { openedBy } from './opened.js';
import { PhaseLabel } from './PhaseLabel.js';
import { linksText as text } from './text.js';

interface LinkRowProps {
  link: GateTokenView;
  /** Names of the VMs that exist, if known. */
  vms: ReadonlySet<string> | undefined;
  /** Whether the table has a column for issuers. */
  issuers: boolean;
  onAct: (link: GateTokenView, action: LinkAction) => void;
}

/** Phases whose condition says more than the label. */
const SAYS_WHY: GateTokenPhase[] = ['Error', 'Pending'];

/** One link of the table; it renders again only when the link changes or ends. */
export const LinkRow = memo(function LinkRow({ link, vms, issuers, onAct }: LinkRowProps) {
  const { columns } = text;
  const phase = useNow((now) => phaseNow(link, now));
  const usable = phase === 'Ready' || phase === 'Pending';
  const lastUsed = link['last-used'];
  return (
    <Tr>
      <Td dataLabel={columns.link}>
        <Name link={link} />
      </Td>
      <Td dataLabel={columns.vm} modifier="breakWord">
        <Target link={link} vms={vms} />
      </Td>
      <Td dataLabel={columns.phase}>
        <div>
          <PhaseLabel phase={phase} />
          {link.message && SAYS_WHY.includes(phase) && <div className="kg-subtle">{link.message}</div>}
        </div>
      </Td>
      <Td dataLabel={columns.until}>
        <div>
          <Until link={link} usable={usable} />
        </div>
      </Td>
      <Td dataLabel={columns.live}>{link.live}</Td>
      <Td dataLabel={columns.lastUsed} modifier="nowrap" {...(lastUsed && { title: dateTime(lastUsed) })}>
        {lastUsed ? <Age since={lastUsed} words={text.ago} /> : text.never}
      </Td>
      {issuers && (
        <Td dataLabel={columns.issuer} modifier="breakWord">
          {link.issuer ?? common.none}
        </Td>
      )}
      <Td>
        <Actions name={link.name} usable={usable} onAct={(action) => onAct(link, action)} />
      </Td>
    </Tr>
  );
});

function Name({ link }: { link: GateTokenView }) {
  return (
    <div>
      <div>{link.name}</div>
      {link.description && <div className="kg-subtle">{link.description}</div>}
      <Rules link={link} />
    </div>
  );
}

/** The first VM or path that a link opens, and how many more. */
function Target({ link, vms }: { link: GateTokenView; vms: LinkRowProps['vms'] }) {
  const opened = openedBy(link);
  const [first] = opened.vms;
  const names = [...opened.vms.map(({ vm }) => vm), ...opened.urls];
  const exists = first && (first.namespace !== link.namespace || !vms || vms.has(first.vm));
  return (
    <span title={names.join('\n')}>
      {exists ? (
        <Link to={inNamespace(`/vms/${encodeURIComponent(first.vm)}`, first.namespace)}>{first.vm}</Link>
      ) : (
        (names[0] ?? common.none)
      )}
      {names.length > 1 && <span className="kg-subtle"> {text.more(names.length - 1)}</span>}
    </span>
  );
}

function Until({ link: { from, until }, usable }: { link: GateTokenView; usable: boolean }) {
  if (!until) return common.none;
  return (
    <>
      <div className="kg-nowrap">{dateTime(until)}</div>
      {usable && (
        <div className="kg-subtle kg-number">
          <Left from={from} until={until} />
        </div>
      )}
    </>
  );
}

/** When a link opens, or how much time it has left. */
function Left({ from, until }: { from: string | undefined; until: string }) {
  return useNow((now) => {
    const starts = from !== undefined && Date.parse(from) > now;
    return starts ? text.opens(dateTime(from)) : text.left(countdown(Date.parse(until) - now));
  });
}

function Rules({ link }: { link: GateTokenView }) {
  const words = [
    link['single-use'] && (link.redeemed ? `${text.singleUse}, ${text.used}` : text.singleUse),
    link['view-only'] && text.viewOnly,
  ].filter((word) => word !== false);
  if (words.length === 0) return null;
  return (
    <div className="kg-buttons-row">
      {words.map((word) => (
        <Label key={word} isCompact variant="outline">
          {word}
        </Label>
      ))}
    </div>
  );
}

interface ActionsProps {
  name: string;
  /** Whether the link still works or will work: what does not cannot be revoked. */
  usable: boolean;
  onAct: (action: LinkAction) => void;
}

function Actions({ name, usable, onAct }: ActionsProps) {
  const act = (action: LinkAction) => ({
    size: 'sm' as const,
    isDanger: true,
    'aria-label': `${text[action]} ${name}`,
    onClick: () => onAct(action),
  });
  return (
    <div className="kg-buttons-row kg-end">
      {usable && (
        <Button variant="secondary" {...act('revoke')}>
          {text.revoke}
        </Button>
      )}
      <Button variant="link" {...act('remove')}>
        {text.remove}
      </Button>
    </div>
  );
}
