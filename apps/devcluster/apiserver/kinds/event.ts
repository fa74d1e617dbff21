import { setOrRemove } from '../fields.js';
import { type KubeObject } from '../types.js';

/** What events.k8s.io/v1 calls otherwise than v1, in which Events are stored. */
const NAMES: [stored: string, served: string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

function rename(event: KubeObject, from: 0 | 1, to: 0 | 1): void {
  for (const names of NAMES) {
    const value = event[names[from]];
    delete event[names[from]];
    setOrRemove(event, names[to], value);
  }
}

export const eventConversion = {
  toStorage(event: KubeObject): KubeObject {
    rename(event, 1, 0);
    event['source'] ??= {};
    event['firstTimestamp'] ??= null;
    event['lastTimestamp'] ??= null;
    return event;
  },
  fromStorage(event: KubeObject): KubeObject {
    rename(event, 0, 1);
    return event;
  },
};
