import { type IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type ApiRequest, parseRequest } from '#libs/policy';
import { outOfTouch } from '../cluster/out-of-touch.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type Credential } from '../credentials/credential.js';
import { CredentialChooser } from '../credentials/credential-chooser.js';
import { GrantError } from '../grants/grant-error.js';
import { type PresentedGrants } from '../grants/grant-reader.js';
import { refuseForeignOrigin } from '../http/origin.js';
import { wantsHtml } from '../http/page.js';
import { foreignHost } from '../http/public-url.js';
import { Refusal } from '../http/refusal.js';
import { IssuerRights } from '../issuers/issuer-rights.js';
import { ConsoleRights } from '../vms/console-rights.js';

/** A request as both doors receive it. */
export interface Incoming {
  readonly method: string;
  /** The raw request target, beginning with `/k8s/`. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly upgrade: boolean;
}

export type Authorization =
  | { readonly allow: true; readonly request: ApiRequest; readonly credential: Credential }
  | {
      readonly allow: false;
      readonly refusal: Refusal;
      /** It was parsed. */
      readonly request: ApiRequest | undefined;
      /** It had a credential that was good as such. */
      readonly credential: Credential | undefined;
    };

/** The checks that every request passes, in order, for both doors. */
@Injectable()
export class Pipeline {
  readonly #origins: ReadonlySet<string>;

  constructor(
    private readonly chooser: CredentialChooser,
    @Inject(ConsoleRights) private readonly rights: Pick<ConsoleRights, 'require'>,
    @Inject(Watches) private readonly watches: Pick<Watches, 'inTouch'>,
    @Inject(IssuerRights) private readonly issuers: Pick<IssuerRights, 'check'>,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'publicUrls' | 'trustedHops'>,
  ) {
    this.#origins = new Set(config.publicUrls.map((url) => url.origin));
  }

  /**
   * A step refuses by throwing a Refusal. What the last one returns is allowed, and is exactly what will be
   * forwarded.
   */
  async authorize(incoming: Incoming): Promise<Authorization> {
    const { headers } = incoming;
    let request: ApiRequest | undefined;
    let chosen: Credential | undefined;
    try {
      request = parse(incoming); //                                    400  one canonical form of the path
      const held = await this.chooser.read(headers); //                     which grants it brought
      refuseForeignOrigin({ ...incoming, bearer: held.bearer }, this.#origins); // 403  another site
      const credential = await this.credentialFor(headers, request, held, (one) => (chosen = one));
      return { allow: true, request, credential };
    } catch (error) {
      if (error instanceof Refusal)
        return { allow: false, refusal: this.orWhere(error, incoming), request, credential: chosen };
      throw error;
    }
  }

  private async credentialFor(
    headers: IncomingHttpHeaders,
    request: ApiRequest,
    held: PresentedGrants,
    onChosen: (chosen: Credential) => void,
  ): Promise<Credential> {
    const chosen = await this.chooser.choose(headers, request, held); // 400, 401, 403  who allows it: policy, bound VM
    onChosen(chosen);
    refuseHalfConsole(request); //                                     400  a console is a websocket
    this.refuseOutOfTouch(request, chosen); //                         503  a grant, and what lasts, need a fresh watch
    const credential = await this.rightful(request, chosen, held); //   403  a user's console: Kubernetes is asked as them
    const fault = await this.issuerFault(request, credential); //       403, 503  a grant: its issuer must still have this
    if (fault === undefined || credential.kind === 'user') return credential;
    const others = { ...held, grants: held.grants.filter((one) => one !== credential.presented) };
    // Another grant, or the person themselves, may still do it.
    return this.credentialFor(headers, request, others, onChosen).catch((error: unknown) => {
      if (!isDenial(error)) throw error;
      onChosen(credential);
      throw fault.toRefusal();
    });
  }

  /** @throws Refusal 503 where the cluster does not say */
  private async issuerFault(request: ApiRequest, credential: Credential): Promise<GrantError | undefined> {
    if (credential.kind === 'user') return undefined;
    try {
      await this.issuers.check(credential.presented.grant, request);
      return undefined;
    } catch (error) {
      if (!(error instanceof GrantError)) throw error;
      if (error.code === 'issuer-lost-access' || error.code === 'uncheckable') return error;
      throw error.toRefusal();
    }
  }

  /** A person without a credential at an address that is not a public URL has it at another one, if anywhere. */
  private orWhere(refusal: Refusal, { headers, url: originalUrl }: Incoming): Refusal {
    const isLost = refusal.code === 401 && wantsHtml(headers.accept);
    return (isLost ? foreignHost({ headers, originalUrl }, this.config) : undefined) ?? refusal;
  }

  /**
   * Kubernetes judges what a user asks for, but the gateway acts for them before it forwards a console: it looks at the
   * VM, takes over the console's Lease, writes a record. So it asks first. A link may open what the user may not.
   */
  private async rightful(request: ApiRequest, chosen: Credential, held: PresentedGrants): Promise<Credential> {
    if (request.console === undefined || chosen.kind !== 'user') return chosen;
    try {
      await this.rights.require(chosen.user, request.console);
      return chosen;
    } catch (error) {
      const instead = isDenial(error) ? this.chooser.insteadOfUser(request, held) : undefined;
      if (instead === undefined) throw error;
      return instead;
    }
  }

  /** A revocation may have been missed. What a user asks for, and is answered at once, Kubernetes itself judges. */
  private refuseOutOfTouch({ upgrade }: ApiRequest, { kind }: Credential): void {
    if (this.watches.inTouch() || (kind === 'user' && !upgrade)) return;
    throw outOfTouch();
  }
}

const PATH = { rule: 'path' };

/** Parsed only here: grants are matched with exactly what is forwarded. */
function parse({ url, method, upgrade }: Incoming): ApiRequest {
  const [target = '', ...query] = url.split('?');
  const path = target.slice('/k8s'.length);
  if (path === '/') throw new Refusal(400, 'No API path was given.', 'Add one, for example /k8s/version.', PATH);
  const parsed = parseRequest(method, path, query.join('?'), upgrade);
  if (parsed.ok) return parsed.request;
  throw new Refusal(400, parsed.message, 'Correct the path and try again.', PATH);
}

/** Kubernetes has answered: the user may not, or is nobody. Where it could not be asked, they may be able to. */
function isDenial(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 401 || error.code === 403);
}

/** KubeVirt cuts the viewer of a console even for a GET without a websocket: such a request is never forwarded. */
function refuseHalfConsole({ console: target, upgrade }: ApiRequest): void {
  if (target === undefined || upgrade) return;
  throw new Refusal(
    400,
    'A console can only be opened over a WebSocket.',
    'Open the console page, or use a WebSocket client.',
    { rule: 'console-without-upgrade' },
  );
}
