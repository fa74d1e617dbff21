import { Alert, ClipboardCopy, Content } from '@patternfly/react-core';
import { QRCodeSVG } from 'qrcode.react';
import { useEffect, useRef } from 'react';
import { type IssueResponse } from '#libs/api';
import { useNow } from '../../hooks/useNow.js';
import { dateTime, timeLeftInWords } from '../../time/duration.js';
import { issuedText as text } from './text.js';

interface Props {
  response: IssueResponse;
  /** The link was copied, by the button or by hand. */
  onCopied: () => void;
}

/** The link, shown this once. */
export function Issued({ response: { link, gatetoken }, onCopied }: Props) {
  const { from, until } = gatetoken;
  const starts = useNow((now) => from !== undefined && Date.parse(from) > now);
  const left = useNow((now) => until && timeLeftInWords(Date.parse(until) - now));
  const box = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone: the next thing to do gets the focus.
  useEffect(() => box.current?.querySelector('button')?.focus(), []);
  if (link === undefined) return <Alert isInline component="h2" variant="danger" title={text.noLink} />;
  return (
    <div className="kg-stack">
      <Alert isInline component="h2" variant="warning" title={text.once}>
        {text.onceText}
      </Alert>
      <div className="kg-issued">
        <div className="kg-stack" ref={box} onCopy={onCopied}>
          <ClipboardCopy
            isReadOnly
            onCopy={() => {
              // Where the browser refuses, the link stays to be copied by hand, and the dialog asks before it closes.
              void navigator.clipboard.writeText(link).then(onCopied, () => undefined);
            }}
            hoverTip={text.copy}
            clickTip={text.copied}
            copyAriaLabel={text.copy}
            textAriaLabel={text.link}
          >
            {link}
          </ClipboardCopy>
          {starts && from && <Content component="p">{text.from(dateTime(from))}</Content>}
          {until && left && <Content component="p">{text.until(dateTime(until), left)}</Content>}
        </div>
        <div className="kg-qr">
          <QRCodeSVG value={link} size={168} title={text.qr} role="img" aria-label={text.qr} />
        </div>
      </div>
    </div>
  );
}
