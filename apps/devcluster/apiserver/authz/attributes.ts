import { type UserInfo } from '../types.js';

/** One question: may this user do this? */
export interface Attributes {
  user: UserInfo;
  isResource: boolean;
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  name: string;
  /** Empty: cluster-wide. */
  namespace: string;
  /** Of requests for no resource. */
  path: string;
}

/** A request for a resource, before it is said what and by whom. */
export const BLANK = { isResource: true, group: '', resource: '', subresource: '', name: '', namespace: '', path: '' };
