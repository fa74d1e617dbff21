import { type ConsoleAccess } from './access.js';
import { type ConsoleAddress, consolePath } from './address.js';
import { Icon } from './Icon.js';
import { consoleText as text, identityText, turnTo } from './text.js';

interface Props {
  address: ConsoleAddress;
  access: ConsoleAccess;
  other: ConsoleAccess | undefined;
}

/** Says who one is on this console; offers the other identity of this browser where there is one. */
export function Identities({ address, access, other }: Props) {
  return (
    <div className="kg-who" role="group" aria-label={text.identity}>
      <span title={access.name} aria-current="true">
        <Icon name={access.as} />
        <span className="kg-name">{identityText(access)}</span>
      </span>
      {other && (
        <a href={consolePath({ ...address, as: other.as })} aria-label={turnTo(other)} title={turnTo(other)}>
          <Icon name={other.as} />
          <span className="kg-name">{identityText(other)}</span>
        </a>
      )}
    </div>
  );
}
