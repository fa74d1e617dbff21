import { Alert, ClipboardCopy, Content } from '@patternfly/react-core';
import { QRCodeSVG } from 'qrcode.react';
import { type IssueResponse } from '#libs/api';
import { useNow } from '../../hooks/useNow.js';
import { dateTime, timeLeftInWords } from '../../time/duration.js';
import { issuedText as text } from './text.js';

/** The link, shown this once. */
export function Issued({ response: { link, gatetoken } }: { response: IssueResponse }) {
  const now = useNow(30_000);
  if (link === undefined) return <Alert isInline component="h2" variant="danger" title={text.noLink} />;
  const starts = gatetoken.from !== undefined && Date.parse(gatetoken.from) > now;
  return (
    <div className="kg-stack">
      <Alert isInline component="h2" variant="warning" title={text.once}>
        {text.onceText}
      </Alert>
      <div className="kg-issued">
        <div className="kg-stack">
          <ClipboardCopy
            isReadOnly
            hoverTip={text.copy}
            clickTip={text.copied}
            copyAriaLabel={text.copy}
            textAriaLabel={text.link}
          >
            {link}
          </ClipboardCopy>
          {starts && gatetoken.from && <Content component="p">{text.from(dateTime(gatetoken.from))}</Content>}
          {gatetoken.until && (
            <Content component="p">
              {text.until(dateTime(gatetoken.until), timeLeftInWords(Date.parse(gatetoken.until) - now))}
            </Content>
          )}
        </div>
        <div className="kg-qr">
          <QRCodeSVG value={link} size={168} title={text.qr} role="img" aria-label={text.qr} />
        </div>
      </div>
    </div>
  );
}
