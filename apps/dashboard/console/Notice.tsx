import { useMutation } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { CONSOLE_ENDS, type VmAction } from '#libs/api';
import { ApiError } from '../api/client.js';
import { actOnVm } from '../api/rest.js';
import { useNow } from '../hooks/useNow.js';
import { type ConsoleAccess } from './access.js';
import { type ConsoleAddress, consolePath } from './address.js';
import { closing } from './closing.js';
import { isOver, type State } from './machine.js';
import { consoleText as text, obstacleText, refusalText, turnTo } from './text.js';
import { type Console } from './useConsole.js';

interface Props {
  address: ConsoleAddress;
  console: Console;
}

/** Shown instead of the screen: why it is not open, and what to do. */
export function Notice({ address, console: { state, open } }: Props) {
  switch (state.name) {
    case 'connected':
      return null;
    case 'checking':
    case 'connecting':
      return <Busy title={text.states[state.name]} />;
    case 'blocked':
      return state.settling > 0 ? (
        <Busy title={text.states.checking} />
      ) : (
        <Blocked address={address} state={state} open={open} />
      );
    case 'refused':
      return <Refused address={address} state={state} open={open} />;
    case 'reconnecting':
      return <Reconnecting state={state} open={open} />;
    case 'ended':
      return <Ended address={address} state={state} open={open} />;
  }
}

type Part<N extends State['name']> = {
  address: ConsoleAddress;
  state: Extract<State, { name: N }>;
  open: Console['open'];
};

function Box({ title, children, alert = true }: { title: string; children?: ReactNode; alert?: boolean }) {
  return (
    <section className="kg-notice" {...(alert && { role: 'alert' })}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Busy({ title }: { title: string }) {
  return (
    <Box title={title} alert={false}>
      <div className="kg-spinner" />
    </Box>
  );
}

function Blocked({ address, state, open }: Part<'blocked'>) {
  const { why, access } = state;
  const act = useMutation({ mutationFn: (action: VmAction) => actOnVm(address.namespace, address.vm, action) });
  if (!access) return null;
  const words = obstacleText(why, address.kind, access, address.vm);
  const other = address.kind === 'vnc' ? 'serial' : 'vnc';
  const offersOther = (why === 'noConsole' || why === 'notAllowed') && access.allowed[other] && access.has[other];
  return (
    <Box title={words.title}>
      <p>{words.text}</p>
      {why === 'busy' && !access.takeOver && <p>{text.noTakeOver}</p>}
      {act.error && <Said message={act.error.message} />}
      <div className="kg-buttons">
        {why === 'busy' && access.takeOver && (
          <Button primary label={text.takeOver} onClick={() => open({ takeOver: true })} />
        )}
        {why === 'stopped' && access.may.start && (
          <Button primary label={text.start} onClick={() => act.mutate('start')} />
        )}
        {why === 'paused' && access.may.unpause && (
          <Button primary label={text.resume} onClick={() => act.mutate('unpause')} />
        )}
        {why === 'paused' && <Button label={text.lookAnyway} onClick={() => open({ paused: true })} />}
        {offersOther && (
          <a className="kg-button kg-primary" href={consolePath({ ...address, as: access.as, kind: other })}>
            {text.kind[other]}
          </a>
        )}
        {(why === 'notAllowed' || isOver(state)) && <Other address={address} other={state.other} />}
      </div>
    </Box>
  );
}

function Refused({ address, state: { error, access, other }, open }: Part<'refused'>) {
  const code = error instanceof ApiError ? error.code : 500;
  const words = refusalText(error, access?.as ?? address.as);
  return (
    <Box title={words.title}>
      <p>{words.text}</p>
      {code !== 0 && code !== 401 && words.text !== error.message && <Said message={error.message} />}
      <div className="kg-buttons">
        {code === 401 ? <SignIn address={address} /> : <Button primary label={text.tryAgain} onClick={() => open()} />}
        <Other address={address} other={other} />
      </div>
    </Box>
  );
}

function Reconnecting({ state, open }: Omit<Part<'reconnecting'>, 'address'>) {
  const seconds = useNow((now) => Math.max(0, Math.ceil((state.at - now) / 1_000)));
  return (
    <Box title={state.closing.title} alert={false}>
      <p>{state.closing.text}</p>
      {state.closing.detail && <Said message={state.closing.detail} />}
      <div className="kg-spinner" />
      <p>{text.reconnecting(state.attempt, seconds)}</p>
      <div className="kg-buttons">
        <Button primary label={text.tryNow} onClick={() => open()} />
      </div>
    </Box>
  );
}

/** Everybody may take over from their own other tab, whatever their link says. */
const OWN_TAB: readonly (string | undefined)[] = [
  CONSOLE_ENDS.inUse.reasons.ownTab,
  CONSOLE_ENDS.takenOver.reasons.ownTab,
];

function Ended({ address, state, open }: Part<'ended'>) {
  const { closing: why, access } = state;
  const takes = why.next === 'takeOver' && (access?.takeOver !== false || OWN_TAB.includes(why.detail));
  const gaveUp = why.next === 'ask' && closing(why.code).next === 'reconnect';
  return (
    <Box title={why.title}>
      <p>{gaveUp ? text.gaveUp : why.text}</p>
      {why.detail && <Said message={why.detail} />}
      {why.next === 'takeOver' && !takes && <p>{text.mayNotTakeOver}</p>}
      <div className="kg-buttons">
        {takes && <Button primary label={text.takeOver} onClick={() => open({ takeOver: true })} />}
        {(why.next === 'ask' || (why.next === 'takeOver' && !takes)) && (
          <Button primary label={text.openAgain} onClick={() => open()} />
        )}
        {why.code === CONSOLE_ENDS.issuerLostAccess.code && (
          <Button primary label={text.tryAgain} onClick={() => open()} />
        )}
        {isOver(state) && access?.as === 'user' && <SignIn address={address} />}
        {isOver(state) && <Other address={address} other={state.other} />}
      </div>
    </Box>
  );
}

/** Signing in again opens the console as the user, even if it was open with a link before. */
function SignIn({ address }: { address: ConsoleAddress }) {
  const next = consolePath({ ...address, as: 'user' });
  return (
    <a className="kg-button kg-primary" href={`/login?next=${encodeURIComponent(next)}`}>
      {text.signIn}
    </a>
  );
}

/** Offers the other identity of this browser; nothing turns to it by itself. */
function Other({ address, other }: { address: ConsoleAddress; other: ConsoleAccess | undefined }) {
  if (!other) return null;
  return (
    <a className="kg-button" href={consolePath({ ...address, as: other.as })}>
      {turnTo(other)}
    </a>
  );
}

function Said({ message }: { message: string }) {
  return (
    <p className="kg-quiet">
      {text.said} {message}
    </p>
  );
}

function Button({ label, onClick, primary = false }: { label: string; onClick: () => void; primary?: boolean }) {
  return (
    <button type="button" className={primary ? 'kg-button kg-primary' : 'kg-button'} onClick={onClick}>
      {label}
    </button>
  );
}
