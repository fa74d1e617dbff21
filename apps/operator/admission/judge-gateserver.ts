import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { type GateServer, gateServerDefaults, type GateServerSettings, type GateServerSpec } from '#libs/api';
import { type Right, rightInWords } from '#libs/policy';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { type Discovered, Discovery, NOTHING } from '../gateserver/discovery.js';
import { gatewayRules, type Rule } from '../gateserver/gateway-role.js';
import { asIfServed, guestRights, ROLE_VERBS } from '../gateserver/guest-role.js';
import { namesOf } from '../cluster/names.js';
import { type AdmissionRequest, type Verdict } from './review.js';
import { Reviewer } from './reviewer.js';
import { missingOf } from './rules.js';
import { isTightening } from './tightening.js';
import { ALLOWED, forbidden } from './verdicts.js';

/**
 * Fields that change how a gateway is reached and how much it does, and not what anyone reaches through it. A change of any
 * other field is asked about, unless it only takes away (tightening.ts): what guests may do (`admin-role`, `admin-resources`), what runs or receives the accounts'
 * tokens (`img`, `api-url`), whose page or address is trusted with guests' links (`route`, `public-urls`, `web-app`,
 * `frame-ancestors`, `tls`), what is accepted without an issuer's rights (`accept-unregistered`, `issuer-recheck`).
 */
const HARMLESS: ReadonlySet<string> = new Set([
  'replicas',
  'expose',
  'ingress-class',
  'gateway-ref',
  'key-rotation',
  'max-duration',
  'idle-timeout',
  'max-consoles',
  'drain-time',
  'token-retention',
] satisfies (keyof GateServerSpec)[]);

type Role = keyof typeof ROLE_VERBS;

/** Who could do something through a GateServer, and by which of its fields. */
interface Way {
  rules: Rule[];
  /** Follows "cannot get pods in namespace prod, which ". */
  reason: (right: Right) => string;
}

/** Security row 16: whoever creates or changes a GateServer holds what can be done through it. */
@Injectable()
export class ServerJudge {
  constructor(
    @Inject(Reviewer) private readonly reviewer: Pick<Reviewer, 'allows'>,
    @Inject(Discovery) private readonly discovery: Pick<Discovery, 'discover'>,
    @Inject(OPERATOR_CONFIG) private readonly config: Pick<OperatorConfig, 'gatewayImage'>,
  ) {}

  async validate(
    { namespace, userInfo, object, oldObject }: AdmissionRequest<GateServer>,
    signal?: AbortSignal,
  ): Promise<Verdict> {
    if (oldObject && !isAsked(oldObject.spec, object.spec)) return ALLOWED;
    const name = object.metadata.name ?? '';
    const settings = gateServerDefaults(object.spec);
    const before = gateServerDefaults(oldObject?.spec ?? { route: '' });
    const lacks: string[] = [];
    for (const { rules, reason } of [await this.#guest(name, settings), ...this.#gateway(name, settings, before)]) {
      const missing = await missingOf(rules, namespace, (right) => this.reviewer.allows(userInfo, right, signal));
      lacks.push(...missing.map((right) => `${rightInWords(right)}, which ${reason(right)}`));
    }
    return verdictOf(userInfo.username, lacks);
  }

  async #guest(name: string, { 'admin-role': role, 'admin-resources': resources }: GateServerSettings): Promise<Way> {
    const discovered = resources.trim() === '' ? NOTHING : await this.discovery.discover();
    const { rules: given } = guestRights(role, resources, asIfServed(resources, discovered));
    const rules = [...given, ...unseen(role, resources, discovered)];
    const what = resources.trim() === '' ? 'by default' : `from spec.admin-resources "${short(resources)}"`;
    return {
      rules,
      reason: ({ verb }) => {
        const from = ROLE_VERBS.reader.includes(verb) ? what : `from spec.admin-role "${role}"`;
        return `the guest account of GateServer ${name} would get ${from}`;
      },
    };
  }

  /** What has the gateway's own account: an image that is not the operator's, a server that is shown its tokens. */
  #gateway(name: string, now: GateServerSettings, before: GateServerSettings): Way[] {
    const rules = gatewayRules(namesOf(name));
    const ways: Way[] = [];
    if (now.img !== before.img && now.img !== undefined && now.img !== this.config.gatewayImage) {
      const pods = { apiGroups: [''], resources: ['pods'], verbs: ['create'] };
      ways.push({ rules: [pods, ...rules], reason: () => `the image of GateServer ${name} (spec.img) could do` });
    }
    if (now['api-url'] !== before['api-url']) {
      const reason = () => `the server at spec.api-url could do with the tokens that GateServer ${name} sends it`;
      ways.push({ rules, reason });
    }
    return ways;
  }
}

function isAsked(before: GateServerSpec, after: GateServerSpec): boolean {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof GateServerSpec>;
  return [...fields].some(
    (field) =>
      !HARMLESS.has(field) && !isDeepStrictEqual(before[field], after[field]) && !isTightening(field, before, after),
  );
}

/** Of `*`: API groups whose server is away now. The guest account gets what they serve once it is back. */
function unseen(role: Role, resources: string, { silent }: Discovered): Rule[] {
  const isAll = resources.split(',').some((one) => one.trim() === '*');
  return isAll && silent.length > 0 ? [{ apiGroups: silent, resources: ['*'], verbs: ROLE_VERBS[role] }] : [];
}

function verdictOf(username: string, [first, ...more]: string[]): Verdict {
  if (first === undefined) return ALLOWED;
  const others = more.length === 0 ? '' : ` (${more.length} more ${more.length === 1 ? 'is' : 'are'} missing)`;
  return forbidden(
    `user ${username} cannot ${first}${others}: whoever creates or changes a GateServer needs these permissions. Ask an administrator to grant them to you or to make the change.`,
  );
}

const short = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
