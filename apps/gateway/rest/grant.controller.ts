import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type Request } from 'express';
import { type GrantInfo } from '#libs/api';
import { consolePath, vncPath } from '#libs/kubevirt';
import { decide } from '#libs/policy';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { Refusal } from '../errors.js';
import { mostTelling } from '../grants/grant-error.js';
import { GrantReader, type Presented } from '../grants/presented.js';
import { refuseForeignOrigin } from '../proxy/origin.js';
import { browserKey } from '../sessions/browser-key.js';
import { ConsoleLeases } from '../sessions/console-leases.js';
import { VmStates } from '../vms/vm-states.js';
import { present } from './gatetoken-view.js';
import { KubeName } from './names.js';

/** For a guest: what her grant allows on a VM. The one REST answer that is given with the gateway's own knowledge. */
@ApiTags('Grant')
@Controller('api/v1/grant')
export class GrantController {
  constructor(
    private readonly reader: GrantReader,
    private readonly vms: VmStates,
    private readonly leases: ConsoleLeases,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  @ApiOperation({ summary: 'For a guest: what the grant allows, until when, the state of the VM, who is on it' })
  @ApiQuery({ name: 'namespace', required: true })
  @ApiQuery({ name: 'vm', required: true })
  @Get()
  async get(
    @Req() request: Request,
    @Query('namespace', KubeName) namespace: string,
    @Query('vm', KubeName) vm: string,
  ): Promise<GrantInfo> {
    const held = await this.reader.read(request.headers);
    const origins = new Set(this.config.publicUrls.map((url) => url.origin));
    refuseForeignOrigin({ ...request, headers: request.headers, upgrade: false, bearer: held.bearer }, origins);
    const best = held.grants
      .map((presented) => ({ presented, consoles: consolesOf(presented, namespace, vm) }))
      .find(({ consoles }) => consoles.vnc || consoles.serial);
    if (best !== undefined) return this.info(best.presented, best.consoles, namespace, vm);
    throw mostTelling(held.faults)?.toRefusal() ?? noGrant(held.grants.length > 0);
  }

  private info(held: Presented, consoles: GrantInfo['consoles'], namespace: string, vm: string): GrantInfo {
    const { grant } = held;
    const browser = browserKey({ kind: 'grant', presented: held });
    const state = this.vms.get(namespace, vm);
    const replaced = grant.vmUid !== undefined && state?.uid !== undefined && state.uid !== grant.vmUid;
    const uid = state?.uid ?? '';
    return {
      namespace,
      vm,
      until: new Date(grant.exp).toISOString(),
      consoles,
      viewOnly: grant.viewOnly,
      takeOver: grant.takeOver,
      // The machine that the link was made for is gone, whatever stands under its name now.
      vmStatus: replaced ? 'NotFound' : (state?.status ?? 'Unknown'),
      busy: { vnc: this.leases.isBusy(uid, 'vnc', browser), serial: this.leases.isBusy(uid, 'serial', browser) },
      ...present('description', grant.description),
    };
  }
}

function consolesOf({ grant }: Presented, namespace: string, vm: string): GrantInfo['consoles'] {
  const allows = (path: string): boolean =>
    decide(grant.policy, { method: 'GET', path, query: '', upgrade: true }).allow;
  return { vnc: allows(vncPath(namespace, vm)), serial: allows(consolePath(namespace, vm)) };
}

function noGrant(other: boolean): Refusal {
  if (other) return new Refusal(403, 'Your links do not reach this VM.', 'Open the link that you were sent for it.');
  return new Refusal(
    401,
    'You have no link for this VM in this browser.',
    'Open the link that you were sent, or sign in.',
  );
}
