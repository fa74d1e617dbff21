import { type GateTokenPhase, type GateTokenView } from '#libs/api';
import { openedBy } from './opened.js';
import { PHASES } from './text.js';

export interface LinkFilter {
  text: string;
  /** Undefined: every phase. */
  phase?: GateTokenPhase;
}

/** @param phase as it is written in an address; any other than a phase means all */
export function linkFilter(text: string, phase: string): LinkFilter {
  const known = PHASES.find((one) => one === phase);
  return { text, ...(known && { phase: known }) };
}

/** The phase as of now: a link that expires while the page is open shows as Expired before the change arrives. */
export function phaseNow(link: Pick<GateTokenView, 'phase' | 'until'>, now: number): GateTokenPhase {
  const over = link.until !== undefined && Date.parse(link.until) <= now;
  return over && (link.phase === 'Ready' || link.phase === 'Pending') ? 'Expired' : link.phase;
}

/** The latest end of a link that is over: every phase at this instant is the one of `now`, until the next link ends. */
export function lastEnd(links: Pick<GateTokenView, 'until'>[], now: number): number {
  return links.reduce((last, { until }) => {
    const end = until === undefined ? 0 : Date.parse(until);
    return end <= now && end > last ? end : last;
  }, 0);
}

/** Matching links: usable ones first, then by age, newest first. */
export function filterLinks(links: GateTokenView[], filter: LinkFilter, now: number): GateTokenView[] {
  const words = filter.text.toLowerCase().split(/\s+/);
  const usable = (link: GateTokenView) => Number(['Ready', 'Pending'].includes(phaseNow(link, now)));
  return links
    .filter((link) => filter.phase === undefined || phaseNow(link, now) === filter.phase)
    .filter((link) => {
      const text = textOf(link);
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => usable(b) - usable(a) || b.created.localeCompare(a.created));
}

/** What the filter looks at: what the table shows of a link. */
function textOf(link: GateTokenView): string {
  const { vms, urls } = openedBy(link);
  const shown = [link.name, ...vms.map(({ vm }) => vm), ...urls, link.issuer, link.description];
  return shown.join(' ').toLowerCase();
}
