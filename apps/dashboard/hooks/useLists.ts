import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type MissingRight } from '#libs/api';
import { ApiError } from '../api/client.js';
import { keys, refetchMs } from '../api/query.js';
import { getVm, listGateTokens, listVms } from '../api/rest.js';
import { followChanges, type StreamState } from '../api/stream.js';

/** Whether a missing right keeps the changes of a list out of the stream. */
const STOPS: Record<'vms' | 'links', (right: MissingRight) => boolean> = {
  // Without the right to list what a VM is joined with, that is unknown, but the VM itself is told of.
  vms: ({ verb, resource }) => resource === 'virtualmachines' || (verb === 'watch' && resource !== 'gatetokens'),
  links: ({ resource }) => resource === 'gatetokens',
};

/** Of the rights that a stream lacks, those for want of which a list is polled. */
export function polledFor(list: keyof typeof STOPS, lacks: MissingRight[]): MissingRight[] {
  return lacks.filter(STOPS[list]);
}

/** The rights for want of which a list is polled. */
export function usePolled(namespace: string, list: keyof typeof STOPS): MissingRight[] {
  const { data = [] } = useQuery<MissingRight[]>({ queryKey: keys.lacks(namespace), queryFn: skipToken });
  return polledFor(list, data);
}

/** VMs of a namespace; kept live by {@link useChanges}, or polled. */
export function useVms(namespace: string) {
  const refetchInterval = refetchMs(usePolled(namespace, 'vms').length > 0);
  return useQuery({ queryKey: keys.vms(namespace), queryFn: () => listVms(namespace), refetchInterval });
}

/** One VM, from the list if the user may list VMs; otherwise read by itself. */
export function useVm(namespace: string, name: string) {
  const list = useVms(namespace);
  const unlisted = list.error instanceof ApiError && list.error.forbidden;
  const one = useQuery({
    queryKey: keys.vm(namespace, name),
    queryFn: () => getVm(namespace, name),
    enabled: unlisted,
    refetchInterval: refetchMs(true),
  });
  if (unlisted) return one;
  return { ...list, data: list.data && (list.data.items.find((vm) => vm.name === name) ?? null) };
}

/** Links (GateTokens) of a namespace; kept live by {@link useChanges}, or polled. */
export function useLinks(namespace: string) {
  const refetchInterval = refetchMs(usePolled(namespace, 'links').length > 0);
  return useQuery({ queryKey: keys.gatetokens(namespace), queryFn: () => listGateTokens(namespace), refetchInterval });
}

/** Follows a namespace's changes into the query cache. @returns the state of the stream */
export function useChanges(namespace: string): StreamState {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(() => (namespace === '' ? undefined : followChanges(client, namespace, setState)), [client, namespace]);
  return state;
}
