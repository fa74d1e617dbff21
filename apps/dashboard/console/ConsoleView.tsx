import { lazy, type Ref, Suspense, useCallback, useMemo, useRef } from 'react';
import { type ConsoleAddress, socketUrl } from './address.js';
import { type ConsoleHandle } from './handle.js';
import { isLive } from './machine.js';
import { tab } from './tab.js';
import { consoleText as text } from './text.js';
import { type ScreenOptions } from './Tools.js';
import { type Console } from './useConsole.js';

const ScreenView = lazy(() => import('./ScreenView.js').then(({ ScreenView: view }) => ({ default: view })));
const SerialView = lazy(() => import('./SerialView.js'));

interface Props {
  ref: Ref<ConsoleHandle>;
  address: ConsoleAddress;
  console: Console;
  options: ScreenOptions;
  /** Whether text is selected on a serial console. */
  onSelect: (selected: boolean) => void;
  /** Called when a person wants to leave the console by keyboard. */
  onLeave: () => void;
}

/** The screen or the terminal, while the console is connecting or connected; each connection gets a view of its own. */
export function ConsoleView({ ref, address: { namespace, vm, kind }, console, options, onSelect, onLeave }: Props) {
  const { state, opened, closed } = console;
  const { seq, access } = state;
  const history = useRef('');
  const { takeOver } = state.ask;
  const as = access?.as;
  const url = useMemo(
    () => socketUrl({ namespace, vm, kind, ...(as && { as }) }, { takeOver, tab }, location),
    [namespace, vm, kind, as, takeOver],
  );
  const onClose = useCallback((code: number, reason: string) => closed(seq, code, reason), [closed, seq]);
  if (!isLive(state)) return null;
  const shared = {
    ref,
    url,
    viewOnly: access?.viewOnly ?? false,
    label: `${text.kind[kind]} of ${vm}`,
    onOpen: opened,
    onClose,
    onLeave,
  };
  return (
    <Suspense>
      {kind === 'vnc' ? (
        <ScreenView key={seq} {...options} {...shared} />
      ) : (
        <SerialView key={seq} {...shared} history={history} onSelect={onSelect} />
      )}
    </Suspense>
  );
}
