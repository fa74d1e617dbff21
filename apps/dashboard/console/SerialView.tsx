import { FitAddon } from '@xterm/addon-fit';
import { SerializeAddon } from '@xterm/addon-serialize';
import '@xterm/xterm/css/xterm.css';
import { Terminal } from '@xterm/xterm';
import { type Ref, type RefObject, useEffect, useImperativeHandle, useRef } from 'react';
import { SUBPROTOCOL } from './address.js';
import { type ConsoleHandle } from './handle.js';
import { consoleText } from './text.js';
import { useLeaveKeys } from './useLeaveKeys.js';

interface Props {
  ref: Ref<ConsoleHandle>;
  url: string;
  label: string;
  viewOnly: boolean;
  /** What earlier connections of this page showed; this one adds to it when it ends. */
  history: RefObject<string>;
  /** Whether text is selected now. */
  onSelect: (selected: boolean) => void;
  onOpen: () => void;
  onClose: (code: number, reason: string) => void;
  onLeave: () => void;
}

const SCROLLBACK = 5_000;

/** The serial console. Loaded when it is first needed: a terminal is heavy. */
export default function SerialView({ ref, url, label, viewOnly, history, onSelect, onOpen, onClose, onLeave }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | undefined>(undefined);
  const latest = useRef({ onOpen, onClose, onSelect });
  useEffect(() => {
    latest.current = { onOpen, onClose, onSelect };
  });

  useEffect(() => {
    const target = container.current;
    if (!target) return undefined;
    const term = makeTerminal(target, viewOnly);
    terminal.current = term;
    term.onSelectionChange(() => latest.current.onSelect(term.hasSelection()));
    const keep = restore(term, history);
    const hangUp = connect(term, url, latest);
    return () => {
      hangUp();
      keep();
      term.dispose();
      terminal.current = undefined;
      latest.current.onSelect(false);
    };
  }, [url, viewOnly, history]);

  useImperativeHandle(ref, () => ({
    focus: () => terminal.current?.focus(),
    type: async (text) => terminal.current?.paste(text),
    selection: () => terminal.current?.getSelection() ?? '',
  }));
  useLeaveKeys(container, onLeave);

  return (
    <div
      ref={container}
      className="kg-screen kg-terminal"
      data-testid="screen"
      role="group"
      aria-label={label}
      aria-description={consoleText.leaveHint}
    />
  );
}

function makeTerminal(target: HTMLElement, viewOnly: boolean): Terminal {
  const style = getComputedStyle(target);
  const term = new Terminal({
    fontFamily: style.getPropertyValue('--kg-mono').trim() || 'monospace',
    fontSize: 14,
    // Some fonts draw their underscore below the line.
    lineHeight: 1.15,
    scrollback: SCROLLBACK,
    cursorBlink: !viewOnly,
    disableStdin: viewOnly,
    // Puts the text where screen readers find it.
    screenReaderMode: true,
    theme: { background: '#151515', foreground: '#f2f2f2' },
  });
  term.open(target);
  // Ctrl+Shift+C copies, as in other terminals; plain Ctrl+C is for the guest.
  term.attachCustomKeyEventHandler((event) => {
    const copies = event.type === 'keydown' && event.ctrlKey && event.shiftKey && event.code === 'KeyC';
    if (!copies || !term.hasSelection()) return true;
    event.preventDefault();
    void navigator.clipboard.writeText(term.getSelection());
    return false;
  });
  return term;
}

/** Shows what earlier connections left. @returns keeps what the terminal shows for the next one */
function restore(term: Terminal, history: RefObject<string>): () => void {
  const serializer = new SerializeAddon();
  term.loadAddon(serializer);
  if (history.current !== '') term.write(`${history.current}\r\n${consoleText.reconnected}\r\n`);
  return () => {
    history.current = serializer.serialize({ scrollback: SCROLLBACK, excludeModes: true, excludeAltBuffer: true });
  };
}

/** Ties a terminal to a socket (binary frames both ways) and to the size of its box. */
function connect(
  term: Terminal,
  url: string,
  latest: { current: { onOpen: () => void; onClose: (code: number, reason: string) => void } },
): () => void {
  const fit = new FitAddon();
  term.loadAddon(fit);
  const observer = new ResizeObserver(() => fit.fit());
  if (term.element?.parentElement) observer.observe(term.element.parentElement);

  let left = false;
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  socket.binaryType = 'arraybuffer';
  const send = (bytes: Uint8Array<ArrayBuffer>) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
  };
  const encoder = new TextEncoder();
  term.onData((text) => send(encoder.encode(text)));
  term.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  socket.addEventListener('open', () => {
    latest.current.onOpen();
    term.focus();
  });
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) =>
    term.write(typeof data === 'string' ? data : new Uint8Array(data)),
  );
  socket.addEventListener('close', (event) => {
    if (!left) latest.current.onClose(event.code, event.reason);
  });
  return () => {
    left = true;
    observer.disconnect();
    socket.close();
  };
}
