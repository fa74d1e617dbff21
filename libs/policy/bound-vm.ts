import { isKubevirt } from './kubevirt.js';
import { parsePattern } from './pattern.js';
import { requestInfo } from './request-info.js';

/**
 * The VM that all urls name: its own object, its instance, or subresources of them. `.../testvm/*` names it,
 * `.../testvm*` does not, for it also means testvm2.
 */
export function boundVm(urls: readonly string[]): { namespace: string; vm: string } | undefined {
  let bound: { namespace: string; vm: string } | undefined;
  for (const url of urls) {
    const named = vmOf(url);
    if (named === undefined) return undefined;
    if (bound !== undefined && (bound.namespace !== named.namespace || bound.vm !== named.vm)) return undefined;
    bound = named;
  }
  return bound;
}

function vmOf(url: string): { namespace: string; vm: string } | undefined {
  const pattern = parsePattern(url);
  if (!pattern.ok) return undefined;
  const path = pattern.exact ? pattern.text : wholeSegments(pattern.text);
  const { group, resource, namespace, name } = requestInfo('GET', path);
  if (!isKubevirt(group) || namespace === undefined || name === undefined) return undefined;
  return resource === 'virtualmachines' || resource === 'virtualmachineinstances' ? { namespace, vm: name } : undefined;
}

/** `/a/b` of `/a/b/` and of `/a/b/c`: what every path that begins so has in full. */
function wholeSegments(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/')) || '/';
}
