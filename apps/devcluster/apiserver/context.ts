import { type Admission } from './admission/index.js';
import { type Registry } from './registry.js';
import { type Store } from './storage/store.js';
import { type ObjectAccess, type ResourceDef, type UserInfo } from './types.js';

/** What every handler needs of the server. */
export interface Context {
  store: Store;
  registry: Registry;
  objects: ObjectAccess;
  admission: Admission;
  now: () => Date;
}

/** One request for a resource, past authentication and authorization. */
export interface Call {
  def: ResourceDef;
  verb: string;
  /** Undefined for cluster-wide kinds and for all namespaces. */
  namespace: string | undefined;
  name: string;
  subresource: string;
  query: URLSearchParams;
  user: UserInfo;
  contentType: string;
  accept: string;
  userAgent: string;
  body: Buffer;
  /** Throws where the user may not make what an apply finds missing. A POST was judged at the door. */
  mayCreate?: () => void;
  /** Tells the client something beside the answer. */
  warn?: (text: string) => void;
  /** A deed of the server itself, or one that admission has already judged: nobody outside is asked about it. */
  own?: boolean;
}

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

export const isDryRun = (call: Call): boolean => call.query.getAll('dryRun').includes('All');
