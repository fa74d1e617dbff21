import { type ReactNode } from 'react';
import { type LinkInfo } from '#libs/api';
import { useNow } from '../hooks/useNow.js';
import { dateTime, timeLeftInWords } from '../time/duration.js';
import { Card } from './Card.js';
import { OpenButton, type Opening, Opens } from './Opens.js';
import { consolesInWords, landingText as text, statusInWords } from './text.js';

interface Props {
  link: LinkInfo;
  /** This browser has redeemed it. */
  held: boolean;
  /** The path that is being opened. */
  path: string | undefined;
  onOpen: (path: string) => void;
}

/** What a link opens, until when, and from whom. */
export function Invitation({ link, held, path, onOpen }: Props) {
  const left = useNow((now) => Math.ceil((Date.parse(link.until) - now) / 1_000) * 1_000);
  const opening: Opening = { path, over: left <= 0, onOpen };
  const only = link.others.length === 0 && link.consoles.length === 1 ? link.consoles[0] : undefined;
  const isPageless = [...link.consoles, ...link.others].every(({ location }) => location === undefined);
  return (
    <Card title={text.title(link)} busy={path !== undefined}>
      {link.description && <p>{link.description}</p>}
      <dl className="kg-facts">
        {only && <Fact name={text.what}>{consolesInWords(only)}</Fact>}
        {only?.['vm-status'] && <Fact name={text.status}>{statusInWords(only['vm-status'])}</Fact>}
        {link['view-only'] && <Fact name={text.mode}>{text.viewOnly}</Fact>}
        <Fact name={text.until}>
          {dateTime(link.until)} <span className="kg-nowrap">({text.left(timeLeftInWords(left))})</span>
        </Fact>
        {link.issuer && <Fact name={text.from}>{link.issuer}</Fact>}
        {only && <Fact name={text.namespace}>{only.namespace}</Fact>}
      </dl>
      {!only && <Opens link={link} opening={opening} />}
      {left <= 0 && <p className="kg-tip">{text.over}</p>}
      {left > 0 && !held && link['single-use'] && <p className="kg-tip">{text.singleUse(only !== undefined)}</p>}
      {left > 0 && held && isPageless && <p>{text.addresses(location.origin)}</p>}
      {(only || (isPageless && !held)) && (
        <div className="kg-buttons">
          <OpenButton primary path={link.location} label={only ? text.openConsole : text.use} opening={opening} />
        </div>
      )}
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
