const KEY = 'kube-gateway-tab';

/** What of a window this needs. */
export interface TabWindow {
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  addEventListener(type: 'pagehide' | 'pageshow', listener: () => void): void;
}

/**
 * An ID that tells a tab from the browser's others: the same after a reload, another one in a duplicate of the tab. A
 * browser copies the session storage to a duplicate, so the ID is there only from the end of one page to the start of
 * the next.
 */
export function tabOf(window: TabWindow): string {
  try {
    const { sessionStorage } = window;
    const id = sessionStorage.getItem(KEY) ?? newId();
    const take = (): void => sessionStorage.removeItem(KEY);
    take();
    window.addEventListener('pageshow', take);
    window.addEventListener('pagehide', () => sessionStorage.setItem(KEY, id));
    return id;
  } catch {
    // The browser forbids storage: a reload counts as another tab.
    return newId();
  }
}

/** Not crypto.randomUUID: plain http has none. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const tab = tabOf(window);
