import { type LinkInfo } from '#libs/api';
import { consolesOf, decide, explainUrl, type Grant, isConnect, parseRequest, type VmConsoles } from '#libs/policy';
import { type ActiveGrant } from '../grants/active-grant.js';
import { type VmStates } from '../vms/vm-states.js';
import { consoleLocation, consoleOf, locationOf } from './link-target.js';

/** What a person learns about a link before they use it. */
export function linkInfo(grant: ActiveGrant, vms: Pick<VmStates, 'get'>): LinkInfo {
  const consoles = consolesOf(grant.policy);
  return {
    namespace: grant.vm?.namespace ?? grant.namespace,
    urls: [...grant.urls],
    until: new Date(grant.exp).toISOString(),
    'single-use': grant.singleUse,
    'view-only': grant.viewOnly,
    consoles: consoles.map((one) => {
      const status = vms.get(one.namespace, one.vm)?.status;
      return { ...one, ...(status && { 'vm-status': status }), location: consoleLocation(one) };
    }),
    others: othersOf(grant, consoles),
    location: locationOf(grant, undefined),
    ...(grant.vm === undefined ? {} : { vm: grant.vm.vm }),
    ...(grant.description === undefined ? {} : { description: grant.description }),
    ...(grant.issuer === undefined ? {} : { issuer: grant.issuer.username }),
  };
}

/** What its urls allow besides the consoles, each sentence once. */
function othersOf({ policy }: ActiveGrant, consoles: readonly VmConsoles[]): LinkInfo['others'] {
  const others = new Map<string, LinkInfo['others'][number]>();
  for (const url of policy.urls) {
    if (isListed(url, consoles)) continue;
    const what = explainUrl(url, policy);
    others.set(what, { what, ...(isReadable(url, policy) && { location: `/k8s${url}` }) });
  }
  return [...others.values()];
}

/** The entry of its VM says it already. */
function isListed(url: string, consoles: readonly VmConsoles[]): boolean {
  const target = consoleOf(url);
  const listed = consoles.find(({ namespace, vm }) => namespace === target?.namespace && vm === target.vm);
  return target !== undefined && listed?.[target.kind] === true;
}

/** A browser shows it: one path that a GET reads. */
function isReadable(url: string, policy: Grant): boolean {
  const parsed = parseRequest('GET', url);
  if (url.endsWith('*') || !parsed.ok) return false;
  const { request } = parsed;
  return request.console === undefined && !isConnect(request.info) && decide(policy, request).allow;
}
