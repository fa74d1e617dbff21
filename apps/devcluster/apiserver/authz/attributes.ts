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
