import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type TabWindow } from './tab.js';

let tabOf: (window: TabWindow) => string;

beforeAll(async () => {
  vi.stubGlobal('window', page(new Map()).window);
  ({ tabOf } = await import('./tab.js'));
  return () => vi.unstubAllGlobals();
});

/** A page of a tab with this session storage. */
function page(storage: Map<string, string>) {
  const listeners = new Map<string, () => void>();
  const window: TabWindow = {
    sessionStorage: {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
      removeItem: (key) => void storage.delete(key),
    },
    addEventListener: (type, listener) => void listeners.set(type, listener),
  };
  return { window, hide: () => listeners.get('pagehide')?.(), show: () => listeners.get('pageshow')?.() };
}

describe('the ID of a tab', () => {
  it('is the same after a reload, and after another page was shown', () => {
    const storage = new Map<string, string>();
    const first = page(storage);
    const id = tabOf(first.window);
    expect(id).toMatch(/^[\w-]{16,64}$/);
    first.hide();
    const second = page(storage);
    expect(tabOf(second.window)).toBe(id);
    second.hide();
    expect(tabOf(page(storage).window)).toBe(id);
  });

  it('is another one in a new tab, and in a duplicate of this tab', () => {
    const storage = new Map<string, string>();
    const first = page(storage);
    const id = tabOf(first.window);
    expect(tabOf(page(new Map()).window)).not.toBe(id);
    expect(tabOf(page(new Map(storage)).window)).not.toBe(id);
    first.hide();
    first.show(); // The browser kept the page and went back to it.
    expect(tabOf(page(new Map(storage)).window)).not.toBe(id);
  });

  it('is there where the browser forbids storage', () => {
    const forbidding = {
      get sessionStorage(): Storage {
        throw new DOMException('denied', 'SecurityError');
      },
      addEventListener: () => undefined,
    };
    expect(tabOf(forbidding)).toMatch(/^[\w-]{16,64}$/);
  });
});
