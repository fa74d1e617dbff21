import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type ConsoleKind, GrantInfo, GrantQuery } from '#libs/api/rest';
import { consolesAt } from '#libs/policy';
import { HeldGrants } from '../access/held-grants.js';
import { outOfTouch } from '../cluster/out-of-touch.js';
import { Watches } from '../cluster/watches.js';
import { dto, malformed } from '../http/dto.js';
import { Operation } from '../http/operation.js';
import { AskedByPages, ForGuests } from '../http/access.js';
import { Refusal } from '../http/refusal.js';
import { type GrantError, mostTelling } from '../grants/grant-error.js';
import { type ActiveGrant } from '../grants/active-grant.js';
import { type Presented, type PresentedGrants } from '../grants/grant-reader.js';
import { browserKey } from '../credentials/browser-key.js';
import { ConsoleLeases } from '../sessions/console-leases.js';
import { VmStates } from '../vms/vm-states.js';
import { present } from './gatetoken-view.js';

class GrantParams extends dto(
  GrantQuery,
  malformed('Use ?namespace=NAMESPACE&vm=VM, and &kind=vnc or &kind=serial.'),
) {}

/** A grant and the consoles of the VM that it opens. */
interface Reaching {
  readonly presented: Presented;
  readonly consoles: GrantInfo['consoles'];
}

/** For a guest: what their grant allows on a VM. The only REST answer that comes from the gateway's own watches. */
@ApiTags('Grant')
@ForGuests()
@Controller('api/v1/grant')
export class GrantController {
  constructor(
    private readonly vms: VmStates,
    private readonly leases: ConsoleLeases,
    private readonly watches: Watches,
  ) {}

  @Operation({
    id: 'getGrant',
    summary:
      'For a guest: show what their grant allows, when it expires, the state of the VM and which consoles are in use',
    query: GrantParams,
    status: 200,
    answer: GrantInfo,
    refuses: [400, 401, 403],
  })
  @AskedByPages()
  @Get()
  get(@HeldGrants() held: PresentedGrants, @Query() { namespace, vm, kind }: GrantParams): GrantInfo {
    if (!this.watches.inTouch()) throw outOfTouch();
    const reaching = [...held.grants, ...held.faults.flatMap(ofGoneVm)]
      .map((presented) => ({ presented, consoles: consolesOf(presented, namespace, vm) }))
      .filter(({ consoles }) => consoles.vnc || consoles.serial);
    // A link for a former VM of this name does not shadow one for the present VM.
    const present = reaching.filter(({ presented }) => !this.isGone(presented.grant, namespace, vm));
    const useful = present.length > 0 ? present : reaching;
    const [best] = useful.toSorted((one, other) => lack(one, kind) - lack(other, kind));
    if (best === undefined) throw mostTelling(held.faults)?.toRefusal() ?? elsewhere();
    return this.info(best.presented, allOf(useful), namespace, vm);
  }

  /** The VM that the grant was issued for was deleted, even if another one now has its name. */
  private isGone({ vmUid, vmFault }: ActiveGrant, namespace: string, vm: string): boolean {
    const state = this.vms.get(namespace, vm);
    return vmFault !== undefined || (vmUid !== undefined && state !== undefined && state.uid !== vmUid);
  }

  private info(held: Presented, consoles: GrantInfo['consoles'], namespace: string, vm: string): GrantInfo {
    const { grant } = held;
    const browser = browserKey({ kind: 'grant', presented: held });
    const state = this.vms.get(namespace, vm);
    const gone = this.isGone(grant, namespace, vm);
    const instance = state?.instance ?? '';
    return {
      namespace,
      vm,
      until: new Date(grant.exp).toISOString(),
      consoles,
      has: state?.has ?? { vnc: true, serial: true },
      'view-only': grant.viewOnly,
      'take-over': grant.takeOver,
      ...present('vm-status', gone ? 'NotFound' : state?.status),
      ...(gone && { 'vm-gone': true }),
      busy: {
        vnc: this.leases.isBusy(instance, 'vnc', browser),
        serial: this.leases.isBusy(instance, 'serial', browser),
      },
      ...present('description', grant.description),
      ...present('issuer', grant.issuer?.username),
    };
  }
}

/** A grant that its VM's end has made useless: the page says so instead of asking for another link. */
function ofGoneVm({ grant }: GrantError): Presented[] {
  return grant?.vmFault === undefined ? [] : [{ grant }];
}

function consolesOf({ grant }: Presented, namespace: string, vm: string): GrantInfo['consoles'] {
  const { vnc, serial } = consolesAt(grant.policy, namespace, vm);
  return { vnc, serial };
}

/** The console is opened with a link that opens it, then with one that is not view only: CredentialChooser's order. */
function lack({ presented, consoles }: Reaching, kind: ConsoleKind | undefined): number {
  return (kind === undefined || consoles[kind] ? 0 : 2) + (presented.grant.viewOnly ? 1 : 0);
}

function allOf(reaching: readonly Reaching[]): GrantInfo['consoles'] {
  return {
    vnc: reaching.some(({ consoles }) => consoles.vnc),
    serial: reaching.some(({ consoles }) => consoles.serial),
  };
}

function elsewhere(): Refusal {
  return new Refusal(
    403,
    'Your links do not give access to this virtual machine.',
    'Open the link you received for it.',
  );
}
