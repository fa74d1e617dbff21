import { parseGrant } from '#libs/policy';
import { CredentialChooser } from '../credentials/credential-chooser.js';
import { type ActiveGrant } from '../grants/active-grant.js';
import { type GrantReader, type PresentedGrants } from '../grants/grant-reader.js';
import { type Incoming, Pipeline } from '../proxy/pipeline.js';
import { type SignedIn } from '../sign-in/signed-in-users.js';

/** A grant that is valid now. */
export const grantFor = (urls: string[], more: Partial<ActiveGrant> = {}): ActiveGrant => ({
  uid: 'u',
  name: 'n',
  namespace: 'ns',
  nbf: 0,
  exp: Infinity,
  urls,
  policy: parseGrant({ urls, ...(more.viewOnly === undefined ? {} : { viewOnly: more.viewOnly }) }),
  singleUse: false,
  takeOver: true,
  viewOnly: false,
  revoked: false,
  signed: true,
  refused: false,
  registered: true,
  linked: false,
  ...more,
});

export const eve: SignedIn = { username: 'eve', groups: [], method: 'token', session: 's', token: () => 'theirs' };

const VM_UID = 'vm-2';

interface Situation {
  grants?: ActiveGrant[];
  faults?: PresentedGrants['faults'];
  bearer?: boolean;
  users?: SignedIn | undefined;
  /** What Kubernetes says of a user's right to a console. */
  rights?: () => Promise<void>;
  inTouch?: boolean;
  /** What Kubernetes says of the rights of a grant's issuer. */
  issuer?: (grant: ActiveGrant) => Promise<void>;
  read?: GrantReader['read'];
}

/** The pipeline of a gateway at https://gate.example.com in front of a VM whose UID is `vm-2`. */
export function pipelineWhere({
  grants = [],
  faults = [],
  bearer = false,
  users,
  rights = () => Promise.resolve(),
  inTouch = true,
  issuer = () => Promise.resolve(),
  read = () => Promise.resolve({ grants: grants.map((grant) => ({ grant })), faults, bearer }),
}: Situation = {}): Pipeline {
  const chooser = new CredentialChooser({ read }, { fromCookies: () => users }, { uidOf: () => VM_UID });
  const publicUrls = [new URL('https://gate.example.com')];
  const config = { publicUrls, trustedHops: 0 };
  return new Pipeline(chooser, { require: rights }, { inTouch: () => inTouch }, { check: issuer }, config);
}

export const ask = (url: string, more: Partial<Incoming> = {}): Incoming => ({
  method: 'GET',
  url,
  headers: {},
  upgrade: false,
  ...more,
});
