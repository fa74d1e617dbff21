import RFB from '@novnc/novnc';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { SUBPROTOCOL } from './address.js';
import { type KeyStroke, typeStrokes } from './typing.js';

export interface RfbOptions {
  url: string;
  viewOnly: boolean;
  /** Fit the screen into the window; else its own size, with scroll bars. */
  fit: boolean;
  /** Share the clipboard of the browser with the guest's. */
  clipboard: boolean;
  onOpen: () => void;
  onClose: (code: number, reason: string) => void;
}

/** What a toolbar does with a screen. */
export interface ScreenHandle {
  focus: () => void;
  ctrlAltDel: () => void;
  /** Types the strokes one after the other; rejects when aborted. `progress` is told how many are done. */
  type: (strokes: KeyStroke[], signal: AbortSignal, progress: (done: number) => void) => Promise<void>;
}

/** The one place that knows noVNC. Opens the socket itself, since noVNC hides the close code and its reason. */
export function useRfb(container: RefObject<HTMLElement | null>, options: RfbOptions): ScreenHandle {
  const { url, viewOnly, fit, clipboard } = options;
  const rfb = useRef<RFB | undefined>(undefined);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    const target = container.current;
    if (!target) return undefined;
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    const connection = new RFB(target, socket);
    connection.background = 'transparent';
    rfb.current = connection;
    let trouble = '';
    let left = false;
    let gone = false;
    const give = (reason: string) => {
      trouble = reason;
      connection.disconnect();
    };
    socket.addEventListener('close', (event) => {
      if (!left) latest.current.onClose(trouble === '' ? event.code : 1011, trouble || event.reason);
    });
    connection.addEventListener('disconnect', () => {
      gone = true;
    });
    connection.addEventListener('connect', () => {
      latest.current.onOpen();
      connection.focus({ preventScroll: true });
    });
    connection.addEventListener('securityfailure', ({ detail }) => {
      trouble = detail.reason ?? 'The virtual machine refused the connection to its screen.';
    });
    connection.addEventListener('credentialsrequired', () =>
      give('The screen requires a VNC password, which is not supported.'),
    );
    connection.addEventListener('clipboard', ({ detail }) => {
      if (latest.current.clipboard) void navigator.clipboard.writeText(detail.text).catch(() => undefined);
    });
    return () => {
      left = true;
      rfb.current = undefined;
      if (!gone) connection.disconnect();
    };
  }, [container, url]);

  useEffect(() => {
    if (!rfb.current) return;
    rfb.current.viewOnly = viewOnly;
    rfb.current.scaleViewport = fit;
  }, [url, viewOnly, fit]);

  useClipboard(rfb, container, clipboard && !viewOnly);

  return useMemo(
    () => ({
      focus: () => rfb.current?.focus({ preventScroll: true }),
      ctrlAltDel: () => rfb.current?.sendCtrlAltDel(),
      type: (strokes, signal, progress) =>
        typeStrokes(strokes, {
          send: ({ keysym, code }, down) => rfb.current?.sendKey(keysym, code, down),
          signal,
          progress,
        }),
    }),
    [],
  );
}

/** Gives the browser's clipboard to the guest when its screen gets the focus. */
function useClipboard(rfb: RefObject<RFB | undefined>, container: RefObject<HTMLElement | null>, on: boolean): void {
  useEffect(() => {
    const target = container.current;
    if (!target || !on) return undefined;
    const give = () => {
      void navigator.clipboard.readText().then(
        (text) => {
          if (text !== '') rfb.current?.clipboardPasteFrom(text);
        },
        () => undefined,
      );
    };
    target.addEventListener('focusin', give);
    return () => target.removeEventListener('focusin', give);
  }, [rfb, container, on]);
}
