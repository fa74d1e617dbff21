import { type GateTokenView } from '#libs/api';
import { boundVm } from '#libs/policy';

/** What a link opens. */
export interface Opened {
  /** Each VM once, whether `vm` or `urls` names it. */
  vms: { namespace: string; vm: string }[];
  /** The other URLs. */
  urls: string[];
}

/** The VMs that a link opens, and what else. */
export function openedBy(link: Pick<GateTokenView, 'namespace' | 'vm' | 'urls'>): Opened {
  const vms: Opened['vms'] = [];
  const urls: string[] = [];
  const add = (one: Opened['vms'][number]) => {
    if (!vms.some(({ namespace, vm }) => namespace === one.namespace && vm === one.vm)) vms.push(one);
  };
  if (link.vm !== undefined) add({ namespace: link.namespace, vm: link.vm });
  for (const url of link.urls) {
    const bound = boundVm([url]);
    if (bound === undefined) urls.push(url);
    else add(bound);
  }
  return { vms, urls };
}
