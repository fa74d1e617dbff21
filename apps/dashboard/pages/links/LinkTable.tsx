import { Button, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from 'react-router';
import { type GateTokenPhase, type GateTokenView } from '#libs/api';
import { boundVm } from '#libs/policy';
import { type LinkAction } from '../../hooks/useLinkActions.js';
import { inNamespace } from '../../hooks/useNamespace.js';
import { age, countdown, dateTime } from '../../time/duration.js';
import { common } from '../text.js';
import { phaseNow } from './filter.js';
import { PhaseLabel } from './PhaseLabel.js';
import { linksText as text } from './text.js';

interface Props {
  links: GateTokenView[];
  now: number;
  /** Names of the VMs that exist, if known. */
  vms: ReadonlySet<string> | undefined;
  onAct: (link: GateTokenView, action: LinkAction) => void;
}

/** Phases whose condition says more than the label. */
const SAYS_WHY: GateTokenPhase[] = ['Error', 'Pending'];

/** The links of a namespace; on narrow windows each row becomes a card. */
export function LinkTable({ links, now, vms, onAct }: Props) {
  const { columns } = text;
  const issuers = links.some(({ issuer }) => issuer);
  return (
    <Table className="kg-middle" role="table" aria-label={text.title} variant="compact" gridBreakPoint="grid-xl">
      <Thead>
        <Tr>
          <Th width={20}>{columns.link}</Th>
          <Th width={15}>{columns.vm}</Th>
          <Th width={20}>{columns.phase}</Th>
          <Th>{columns.until}</Th>
          <Th modifier="wrap">{columns.live}</Th>
          <Th modifier="wrap">{columns.lastUsed}</Th>
          {issuers && <Th width={20}>{columns.issuer}</Th>}
          <Th screenReaderText={columns.actions} />
        </Tr>
      </Thead>
      <Tbody>
        {links.map((link) => (
          <Row
            key={link.name}
            link={link}
            now={now}
            vms={vms}
            issuers={issuers}
            onAct={(action) => onAct(link, action)}
          />
        ))}
      </Tbody>
    </Table>
  );
}

interface RowProps extends Pick<Props, 'now' | 'vms'> {
  link: GateTokenView;
  issuers: boolean;
  onAct: (action: LinkAction) => void;
}

function Row({ link, now, vms, issuers, onAct }: RowProps) {
  const { columns } = text;
  const phase = phaseNow(link, now);
  const usable = phase === 'Ready' || phase === 'Pending';
  return (
    <Tr>
      <Td dataLabel={columns.link}>
        <div>
          <div>{link.name}</div>
          {link.description && <div className="kg-subtle">{link.description}</div>}
          <Rules link={link} />
        </div>
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
          <Until link={link} now={now} usable={usable} />
        </div>
      </Td>
      <Td dataLabel={columns.live}>{link.live}</Td>
      <Td
        dataLabel={columns.lastUsed}
        className="kg-nowrap"
        {...(link['last-used'] && { title: dateTime(link['last-used']) })}
      >
        {link['last-used'] ? text.ago(age(now - Date.parse(link['last-used']))) : text.never}
      </Td>
      {issuers && (
        <Td dataLabel={columns.issuer} modifier="breakWord">
          {link.issuer ?? common.none}
        </Td>
      )}
      <Td>
        <div className="kg-buttons-row kg-end">
          {usable && (
            <Button
              size="sm"
              variant="secondary"
              isDanger
              aria-label={`${text.revoke} ${link.name}`}
              onClick={() => onAct('revoke')}
            >
              {text.revoke}
            </Button>
          )}
          <Button
            size="sm"
            variant="link"
            isDanger
            aria-label={`${text.remove} ${link.name}`}
            onClick={() => onAct('remove')}
          >
            {text.remove}
          </Button>
        </div>
      </Td>
    </Tr>
  );
}

/** The VM that a link opens, or the first of its paths. */
function Target({ link, vms }: { link: GateTokenView; vms: Props['vms'] }) {
  const bound = link.vm ?? boundVm(link.urls)?.vm;
  if (bound !== undefined && vms && !vms.has(bound)) return bound;
  if (bound !== undefined) {
    return <Link to={inNamespace(`/vms/${encodeURIComponent(bound)}`, link.namespace)}>{bound}</Link>;
  }
  const [first = common.none, ...rest] = link.urls;
  return (
    <span title={link.urls.join('\n')}>
      {first}
      {rest.length > 0 && <span className="kg-subtle"> {text.more(rest.length)}</span>}
    </span>
  );
}

function Until({ link, now, usable }: { link: GateTokenView; now: number; usable: boolean }) {
  if (!link.until) return common.none;
  const starts = link.from !== undefined && Date.parse(link.from) > now;
  return (
    <>
      <div className="kg-nowrap">{dateTime(link.until)}</div>
      {usable && (
        <div className="kg-subtle kg-number">
          {starts && link.from ? text.opens(dateTime(link.from)) : text.left(countdown(Date.parse(link.until) - now))}
        </div>
      )}
    </>
  );
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
