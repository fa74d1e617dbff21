import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type GateServer } from '#libs/api';
import { NamespaceList } from '#libs/api/rest';
import { KubeError, type KubeObject, types } from '#libs/kube';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Operation } from '../http/operation.js';
import { present } from './gatetoken-view.js';
import { CurrentUser, type User } from '../access/user.js';

@ApiTags('Namespaces')
@Controller('api/v1/namespaces')
export class NamespacesController {
  constructor(@Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig) {}

  @Operation({
    id: 'listNamespaces',
    summary: "List the namespaces you can see, or the gateway's own if you cannot list namespaces",
    status: 200,
    answer: NamespaceList,
    refuses: [401, 403],
  })
  @Get()
  async list(@CurrentUser() user: User): Promise<NamespaceList> {
    const own = this.config.namespace;
    const [namespaces, servers] = await Promise.all([
      listed(user, types.namespaces, (item) => item.metadata.name ?? ''),
      listed<GateServer>(user, types.gateServers, (item) => item.metadata.namespace ?? ''),
    ]);
    const names = namespaces?.length ? namespaces : [own];
    const hasServer = (name: string): boolean | undefined => name === own || servers?.includes(name);
    return { items: names.map((name) => ({ name, ...present('gateserver', hasServer(name)) })) };
  }
}

/** @returns undefined where the user may not list them */
async function listed<T extends KubeObject>(
  user: User,
  type: (typeof types)['namespaces' | 'gateServers'],
  pick: (item: T) => string,
): Promise<string[] | undefined> {
  try {
    return (await user.client.list<T>(type)).items.map(pick);
  } catch (error) {
    if (error instanceof KubeError && error.code === 403) return undefined;
    throw error;
  }
}
