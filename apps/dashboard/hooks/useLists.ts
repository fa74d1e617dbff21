import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keys } from '../api/query.js';
import { listGateTokens, listVms } from '../api/rest.js';
import { followChanges, type StreamState } from '../api/stream.js';

/** VMs of a namespace; kept live by {@link useChanges}. */
export function useVms(namespace: string) {
  return useQuery({ queryKey: keys.vms(namespace), queryFn: () => listVms(namespace) });
}

/** Links (GateTokens) of a namespace. */
export function useLinks(namespace: string) {
  return useQuery({ queryKey: keys.gatetokens(namespace), queryFn: () => listGateTokens(namespace) });
}

/** Follows a namespace's changes into the query cache. @returns the state of the stream */
export function useChanges(namespace: string): StreamState {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(() => (namespace === '' ? undefined : followChanges(client, namespace, setState)), [client, namespace]);
  return state;
}
