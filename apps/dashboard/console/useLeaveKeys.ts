import { type RefObject, useEffect } from 'react';

/**
 * A console takes every key, Tab included. Ctrl+Alt+Shift, pressed together and let go, gives the keyboard back to the
 * page. The focus moves only after all three are up, so that the guest sees no key that stays down.
 */
export function useLeaveKeys(container: RefObject<HTMLElement | null>, onLeave: () => void): void {
  useEffect(() => {
    const target = container.current;
    if (!target) return undefined;
    let armed = false;
    const down = (event: KeyboardEvent) => {
      const modifier = ['Control', 'Alt', 'Shift', 'Meta'].includes(event.key);
      armed = modifier && ((event.ctrlKey && event.altKey && event.shiftKey) || armed);
    };
    const up = (event: KeyboardEvent) => {
      if (!armed || event.ctrlKey || event.altKey || event.shiftKey) return;
      armed = false;
      // noVNC hears this event after us: it must see the key go up before the focus moves.
      setTimeout(onLeave);
    };
    target.addEventListener('keydown', down, true);
    target.addEventListener('keyup', up, true);
    return () => {
      target.removeEventListener('keydown', down, true);
      target.removeEventListener('keyup', up, true);
    };
  }, [container, onLeave]);
}
