import { Controller, Get, Header, Param, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { Screenshot, Vm, VmAction, VmList } from '#libs/api/rest';
import { Audited } from '../http/audited.js';
import { Operation } from '../http/operation.js';
import { KubeNameParam } from '../http/kube-name.js';
import { ActionName } from './action-name.js';
import { CurrentUser, type User } from '../access/user.js';
import { VmsService } from './vms.service.js';

@ApiTags('VMs')
@Controller('api/v1/namespaces/:ns/vms')
export class VmsController {
  constructor(private readonly vms: VmsService) {}

  @Operation({
    id: 'listVms',
    summary: 'List the VMs of a namespace, with the state of their instances',
    status: 200,
    answer: VmList,
    refuses: [400, 401, 403],
  })
  @Get()
  list(@CurrentUser() user: User, @Param('ns', KubeNameParam) ns: string): Promise<VmList> {
    return this.vms.list(user.client, ns);
  }

  @Operation({ id: 'getVm', summary: 'Get a VM', status: 200, answer: Vm, refuses: [400, 401, 403, 404] })
  @Get(':vm')
  get(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Param('vm', KubeNameParam) vm: string,
  ): Promise<Vm> {
    return this.vms.get(user.client, ns, vm);
  }

  @Operation({
    id: 'getScreenshot',
    summary:
      'Take a screenshot as a PNG; 304 if If-None-Match names it, 409 while the screen is in use (KubeVirt before 1.7)',
    status: 200,
    answer: Screenshot,
    produces: 'image/png',
    refuses: [400, 401, 403, 404, 409],
  })
  @Header('cache-control', 'private, no-cache')
  @Get(':vm/screenshot')
  async screenshot(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Param('vm', KubeNameParam) vm: string,
    @Res() res: Response,
  ): Promise<void> {
    // Sent by Express itself, which hashes it for an ETag: nothing is sent again to whom has the same picture.
    res.type('image/png').send(await this.vms.screenshot(user.client, ns, vm));
  }

  @Operation({
    id: 'actOnVm',
    summary: 'Start, stop, restart, pause or unpause a VM',
    status: 202,
    refuses: [400, 401, 403, 404, 409],
  })
  @Audited({ audit: 'vm-action', resource: 'virtualmachines' })
  @Put(':vm/:action')
  async act(
    @CurrentUser() user: User,
    @Param('ns', KubeNameParam) ns: string,
    @Param('vm', KubeNameParam) vm: string,
    @Param('action', ActionName) action: VmAction,
  ): Promise<void> {
    await this.vms.act(user.client, ns, vm, action);
  }
}
