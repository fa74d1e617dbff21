import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import './console.css';
import { type ConsoleAddress, socketUrl } from './address.js';
import { isOver } from './machine.js';
import { Notice } from './Notice.js';
import { PasteDialog } from './PasteDialog.js';
import { ScreenView } from './ScreenView.js';
import { type SerialHandle } from './SerialView.js';
import { consoleText as text } from './text.js';
import { Tool, Toolbar } from './Toolbar.js';
import { strokesOf } from './typing.js';
import { useConsole } from './useConsole.js';
import { useFullScreen } from './useFullScreen.js';
import { type ScreenHandle } from './useRfb.js';

const SerialView = lazy(() => import('./SerialView.js'));

/** The page of one console, for a guest with a grant as for a signed-in user. */
export function ConsolePage(address: ConsoleAddress) {
  const { kind, vm } = address;
  const console = useConsole(address);
  const { state, open, hangUp, opened, closed } = console;
  const { seq, access } = state;
  const root = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLElement>(null);
  const screen = useRef<ScreenHandle>(null);
  const serial = useRef<SerialHandle>(null);
  const full = useFullScreen(root);
  const [fit, setFit] = useState(true);
  const [clipboard, setClipboard] = useState(false);
  const [pasting, setPasting] = useState(false);

  useEffect(() => {
    document.title = `${vm} · ${text.kind[kind]}`;
  }, [vm, kind]);

  const takeOver = state.ask.takeOver;
  const { namespace } = address;
  const url = useMemo(() => socketUrl({ namespace, vm, kind }, takeOver, location), [namespace, vm, kind, takeOver]);
  const onClose = useCallback((code: number, reason: string) => closed(seq, code, reason), [closed, seq]);
  const onLeave = useCallback(() => bar.current?.querySelector<HTMLElement>('a, button')?.focus(), []);

  const connected = state.name === 'connected';
  const live = connected || state.name === 'connecting';
  const over = isOver(state);
  const viewOnly = access?.viewOnly ?? false;
  const types = connected && !viewOnly;
  const shared = { url, viewOnly, onClose, onOpen: opened, onLeave, label: `${text.kind[kind]} of ${vm}` };

  const focus = () => (kind === 'vnc' ? screen.current?.focus() : serial.current?.focus());
  const type = async (value: string, signal: AbortSignal, progress: (done: number) => void) => {
    if (kind === 'serial') serial.current?.paste(value);
    else await screen.current?.type(strokesOf(value).strokes, signal, progress);
  };

  return (
    <div className="kg-console" ref={root} data-state={state.name}>
      <Toolbar ref={bar} address={address} state={state}>
        {kind === 'vnc' && (
          <>
            <Tool
              icon="keys"
              word
              label={text.ctrlAltDel}
              disabled={!types}
              onClick={() => {
                screen.current?.ctrlAltDel();
                focus();
              }}
            />
            <Tool icon="fit" label={text.fit} pressed={fit} disabled={over} onClick={() => setFit(!fit)} />
            <Tool
              icon="clipboard"
              label={text.clipboard}
              title={text.clipboardHint}
              pressed={clipboard}
              disabled={viewOnly || over}
              onClick={() => setClipboard(!clipboard)}
            />
          </>
        )}
        {kind === 'serial' && (
          <Tool
            icon="copy"
            label={text.copy}
            disabled={!live}
            onClick={() => void navigator.clipboard.writeText(serial.current?.selection() ?? '')}
          />
        )}
        <Tool icon="paste" label={text.paste} disabled={!types} onClick={() => setPasting(true)} />
        {full.possible && (
          <Tool
            icon={full.on ? 'unfull' : 'full'}
            label={full.on ? text.leaveFullScreen : text.fullScreen}
            disabled={over && !full.on}
            onClick={full.toggle}
          />
        )}
        <Tool icon="reconnect" label={text.reconnect} disabled={over} onClick={() => open()} />
        <Tool icon="hangUp" label={text.disconnect} disabled={!live} onClick={hangUp} />
      </Toolbar>
      <main className="kg-stage">
        {live && kind === 'vnc' && <ScreenView key={seq} ref={screen} fit={fit} clipboard={clipboard} {...shared} />}
        {live && kind === 'serial' && (
          <Suspense>
            <SerialView key={seq} ref={serial} {...shared} />
          </Suspense>
        )}
        <Notice address={address} console={console} />
      </main>
      {pasting && (
        <PasteDialog
          serial={kind === 'serial'}
          onType={type}
          onClose={() => {
            setPasting(false);
            focus();
          }}
        />
      )}
    </div>
  );
}
