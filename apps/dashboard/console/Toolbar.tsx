import { type ReactNode, type Ref } from 'react';
import { type ConsoleKind } from '#libs/api';
import { type ConsoleAccess } from './access.js';
import { type ConsoleAddress, consolePath } from './address.js';
import { Countdown } from './Countdown.js';
import { Icon } from './Icon.js';
import { Identities } from './Identities.js';
import { isOver, type State } from './machine.js';
import { consoleText as text } from './text.js';

interface Props {
  ref: Ref<HTMLElement>;
  address: ConsoleAddress;
  state: State;
  children: ReactNode;
}

/** Names the VM and shows the state of the connection and the time left; `children` are the tools. */
export function Toolbar({ ref, address, state, children }: Props) {
  const { access, other } = state;
  const runs = state.name !== 'ended' && !(state.name === 'blocked' && state.why === 'expired');
  return (
    <header className="kg-bar" ref={ref} tabIndex={-1}>
      <div className="kg-names">
        <div className="kg-title">
          <h1>{address.vm}</h1>
          <span className="kg-quiet">{address.namespace}</span>
        </div>
        {access && !isOver(state) && <Identities address={address} access={access} other={other} />}
      </div>
      <KindSwitch address={address} access={access} />
      <span role="status" className={`kg-state kg-state-${state.name}`}>
        {text.states[state.name]}
      </span>
      {access?.viewOnly && (
        <span className="kg-badge kg-view-only" role="img" aria-label={text.viewOnly} title={text.viewOnly}>
          <Icon name="eye" />
          <span>{text.viewOnly}</span>
        </span>
      )}
      {access?.until !== undefined && runs && <Countdown until={access.until} />}
      <div className="kg-tools" role="toolbar" aria-label={text.toolbar}>
        {children}
      </div>
      {access?.as === 'user' && (
        <a className="kg-quiet" href="/">
          {text.dashboard}
        </a>
      )}
    </header>
  );
}

function KindSwitch({ address, access }: { address: ConsoleAddress; access: ConsoleAccess | undefined }) {
  const kinds: ConsoleKind[] = ['vnc', 'serial'];
  const open = kinds.filter((kind) => kind === address.kind || access?.allowed[kind]);
  if (open.length < 2) return null;
  return (
    <nav className="kg-switch" aria-label={text.kinds}>
      {open.map((kind) => (
        <a
          key={kind}
          href={consolePath({ ...address, ...(access && { as: access.as }), kind })}
          aria-label={text.kind[kind]}
          {...(kind === address.kind && { 'aria-current': 'page' as const })}
        >
          <Icon name={kind === 'vnc' ? 'screen' : 'serial'} />
          {text.kindShort[kind]}
        </a>
      ))}
    </nav>
  );
}
