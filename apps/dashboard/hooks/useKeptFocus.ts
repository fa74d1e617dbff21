import { useEffect } from 'react';

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled)';

/**
 * Keeps the place of people who use the keyboard. When what has the focus disappears (the button of a link that was
 * revoked, a row that was deleted, the menu from which a dialog was opened), browsers move the focus to the body, and the
 * next Tab starts at the top. With this hook it moves to what stood beside it, or else to the heading.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    const place = new Place();
    const onUse = ({ target }: Event) => place.take(target);
    const observer = new MutationObserver((records) => {
      place.replace(records);
      // A dialog that closes gives the focus back a moment later, where it can.
      setTimeout(() => place.restore());
    });
    document.addEventListener('focusin', onUse);
    document.addEventListener('pointerdown', onUse);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', onUse);
      document.removeEventListener('pointerdown', onUse);
    };
  }, []);
}

/** What had the focus last, or stands for it: an element of the page itself, not of a dialog or a menu above it. */
class Place {
  #element: HTMLElement | undefined;

  take(target: EventTarget | null): void {
    if (!(target instanceof Element) || !target.closest('#root')) return;
    // A press on nothing gives the focus up.
    this.#element = target.closest<HTMLElement>(`${FOCUSABLE}, [tabindex]`) ?? undefined;
  }

  replace(records: MutationRecord[]): void {
    const element = this.#element;
    if (element === undefined || element.isConnected) return;
    const record = records.find(({ removedNodes }) => [...removedNodes].some((node) => node.contains(element)));
    this.#element = (record && beside(record)) ?? top();
  }

  restore(): void {
    if (document.activeElement !== document.body || document.querySelector('[role="dialog"]')) return;
    this.#element?.focus();
  }
}

/** Something to focus in what follows the removed node, or precedes it, or is around it; not what holds the heading. */
function beside({ nextSibling, previousSibling, target }: MutationRecord): HTMLElement | undefined {
  const near = [nextSibling, previousSibling];
  for (let node: Node | null = target; node && !isPage(node); node = node.parentNode) near.push(node);
  for (const node of near) {
    if (!(node instanceof HTMLElement) || !node.isConnected || isPage(node)) continue;
    const found = node.matches(FOCUSABLE) ? node : node.querySelector<HTMLElement>(FOCUSABLE);
    if (found) return found;
  }
  return undefined;
}

function isPage(node: Node): boolean {
  return node instanceof Element && (node.matches('main') || node.querySelector('h1') !== null);
}

function top(): HTMLElement | undefined {
  const heading = document.querySelector<HTMLElement>('h1');
  heading?.setAttribute('tabindex', '-1');
  return heading ?? document.querySelector('main') ?? undefined;
}
