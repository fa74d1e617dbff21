import { type RefObject, useCallback, useEffect, useState } from 'react';

/** Full screen of one element; some phones have none. */
export function useFullScreen(element: RefObject<HTMLElement | null>) {
  const [on, setOn] = useState(false);
  useEffect(() => {
    const follow = () => setOn(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  }, []);
  const toggle = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void element.current?.requestFullscreen({ navigationUI: 'hide' }).catch(() => undefined);
  }, [element]);
  return { on, possible: document.fullscreenEnabled, toggle };
}
