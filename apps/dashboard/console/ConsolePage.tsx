import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import './console.css';
import { type ConsoleAddress } from './address.js';
import { ConsoleView } from './ConsoleView.js';
import { type ConsoleHandle } from './handle.js';
import { Notice } from './Notice.js';
import { consoleText as text } from './text.js';
import { Toolbar } from './Toolbar.js';
import { Tools } from './Tools.js';
import { useConsole } from './useConsole.js';

const PasteDialog = lazy(() => import('./PasteDialog.js').then((module) => ({ default: module.PasteDialog })));

/** The page of one console, for a guest with a grant as for a signed-in user. */
export function ConsolePage(address: ConsoleAddress) {
  const { kind, vm } = address;
  const console = useConsole(address);
  const page = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLElement>(null);
  const handle = useRef<ConsoleHandle>(null);
  const [options, setOptions] = useState({ fit: true, clipboard: false });
  const [pasting, setPasting] = useState(false);
  const [selected, setSelected] = useState(false);

  useEffect(() => {
    document.title = `${vm} · ${text.kind[kind]}`;
  }, [vm, kind]);

  const onLeave = useCallback(() => bar.current?.querySelector<HTMLElement>('a, button')?.focus(), []);
  const onPasted = () => {
    setPasting(false);
    handle.current?.focus();
  };
  const shared = { console, options };
  return (
    <div className="kg-console" ref={page} data-state={console.state.name}>
      <Toolbar ref={bar} address={address} state={console.state}>
        <Tools
          {...shared}
          {...{ kind, handle, page, selected }}
          onOptions={setOptions}
          onPaste={() => setPasting(true)}
        />
      </Toolbar>
      <main className="kg-stage">
        <ConsoleView ref={handle} address={address} {...shared} onSelect={setSelected} onLeave={onLeave} />
        <Notice address={address} console={console} />
      </main>
      <Suspense>{pasting && <PasteDialog serial={kind === 'serial'} handle={handle} onClose={onPasted} />}</Suspense>
    </div>
  );
}
