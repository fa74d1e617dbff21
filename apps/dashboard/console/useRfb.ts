import RFB from '@novnc/novnc';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { SUBPROTOCOL } from './address.js';
import { type ConsoleHandle } from './handle.js';
import { screenText } from './text.js';
import { type ScreenOptions } from './Tools.js';
import { strokesOf, typeStrokes } from './typing.js';

export interface RfbOptions extends ScreenOptions {
  url: string;
  viewOnly: boolean;
  onOpen: () => void;
  onClose: (code: number, reason: string) => void;
}

/** The one place that knows noVNC: shows a screen in the container as long as the component lives. */
export function useRfb(container: RefObject<HTMLElement | null>, options: RfbOptions): ConsoleHandle {
  const { url, viewOnly, fit, clipboard } = options;
  const rfb = useRef<RFB | undefined>(undefined);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    const target = container.current;
    if (!target) return undefined;
    const { connection, leave } = connect(target, url, latest);
    rfb.current = connection;
    return () => {
      rfb.current = undefined;
      leave();
    };
  }, [container, url]);

  useEffect(() => {
    if (!rfb.current) return;
    rfb.current.viewOnly = viewOnly;
    rfb.current.scaleViewport = fit;
  }, [url, viewOnly, fit]);

  useReleasedKeys(container);
  useClipboard(rfb, container, clipboard && !viewOnly);

  return useMemo(
    () => ({
      focus: () => rfb.current?.focus({ preventScroll: true }),
      ctrlAltDel: () => rfb.current?.sendCtrlAltDel(),
      type: (text, signal, progress) =>
        typeStrokes(strokesOf(text).strokes, {
          send: ({ keysym, code }, down) => rfb.current?.sendKey(keysym, code, down),
          signal,
          progress,
        }),
    }),
    [],
  );
}

/** Opens the socket itself, since noVNC hides the close code and its reason. `leave` ends it without `onClose`. */
function connect(target: HTMLElement, url: string, latest: RefObject<RfbOptions>) {
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  const connection = new RFB(target, socket);
  connection.background = 'transparent';
  let trouble = '';
  let left = false;
  let gone = false;
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
    trouble = detail.reason ?? screenText.refused;
  });
  connection.addEventListener('credentialsrequired', () => {
    trouble = screenText.password;
    connection.disconnect();
  });
  connection.addEventListener('clipboard', ({ detail }) => {
    if (latest.current.clipboard) void navigator.clipboard.writeText(detail.text).catch(() => undefined);
  });
  const leave = () => {
    left = true;
    if (!gone) connection.disconnect();
  };
  return { connection, leave };
}

/**
 * Releases the keys that are down when the focus leaves the screen, for example to a dialog: their release never reaches noVNC, which
 * lets go of keys only when the window loses the focus (its Keyboard listens to that event).
 */
function useReleasedKeys(container: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const target = container.current;
    const release = () => window.dispatchEvent(new FocusEvent('blur'));
    target?.addEventListener('focusout', release);
    return () => target?.removeEventListener('focusout', release);
  }, [container]);
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
