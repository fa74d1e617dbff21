import { Controller, Get, Header, HttpCode, Param, Put, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { type Vm, type VmAction, type VmList } from '#libs/api';
import { Refusal } from '../http/refusal.js';
import { KubeName } from './names.js';
import { CurrentUser, type User } from '../access/user.js';
import { VmsService } from './vms.service.js';

const ACTIONS: readonly VmAction[] = ['start', 'stop', 'restart', 'pause', 'unpause'];

@ApiTags('VMs')
@Controller('api/v1/namespaces/:ns/vms')
export class VmsController {
  constructor(private readonly vms: VmsService) {}

  @ApiOperation({ summary: 'VMs of a namespace, joined with their instances' })
  @Get()
  list(@CurrentUser() user: User, @Param('ns', KubeName) ns: string): Promise<VmList> {
    return this.vms.list(user.client, ns);
  }

  @ApiOperation({ summary: 'One VM' })
  @Get(':vm')
  get(@CurrentUser() user: User, @Param('ns', KubeName) ns: string, @Param('vm', KubeName) vm: string): Promise<Vm> {
    return this.vms.get(user.client, ns, vm);
  }

  @ApiOperation({ summary: 'The screen as a PNG' })
  @Header('cache-control', 'no-store')
  @Get(':vm/screenshot')
  async screenshot(
    @CurrentUser() user: User,
    @Param('ns', KubeName) ns: string,
    @Param('vm', KubeName) vm: string,
  ): Promise<StreamableFile> {
    return new StreamableFile(await this.vms.screenshot(user.client, ns, vm), { type: 'image/png' });
  }

  @ApiOperation({ summary: 'start, stop, restart, pause or unpause it' })
  @ApiParam({ name: 'action', enum: ACTIONS })
  @HttpCode(202)
  @Put(':vm/:action')
  async act(
    @CurrentUser() user: User,
    @Param('ns', KubeName) ns: string,
    @Param('vm', KubeName) vm: string,
    @Param('action') action: string,
  ): Promise<void> {
    const known = ACTIONS.find((one) => one === action);
    if (known === undefined) throw new Refusal(404, `A VM has no action of this name. It has: ${ACTIONS.join(', ')}.`);
    await this.vms.act(user.client, ns, vm, known);
  }
}
