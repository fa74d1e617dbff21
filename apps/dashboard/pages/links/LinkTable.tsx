import { Table, Tbody, Th, Thead, Tr } from '@patternfly/react-table';
import { type GateTokenView } from '#libs/api';
import { type LinkAction } from '../../hooks/useLinkActions.js';
import { LinkRow } from './LinkRow.js';
import { linksText as text } from './text.js';

interface Props {
  links: GateTokenView[];
  /** Names of the VMs that exist, if known. */
  vms: ReadonlySet<string> | undefined;
  onAct: (link: GateTokenView, action: LinkAction) => void;
}

/** The links of a namespace; on narrow windows each row becomes a card. */
export function LinkTable({ links, vms, onAct }: Props) {
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
          <Th modifier="nowrap">{columns.lastUsed}</Th>
          {issuers && <Th width={20}>{columns.issuer}</Th>}
          <Th screenReaderText={columns.actions} />
        </Tr>
      </Thead>
      <Tbody>
        {links.map((link) => (
          <LinkRow key={link.name} link={link} vms={vms} issuers={issuers} onAct={onAct} />
        ))}
      </Tbody>
    </Table>
  );
}
