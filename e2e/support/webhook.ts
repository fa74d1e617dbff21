import { type KubeObject, type OwnClient, type ResourceType, types } from '#libs/kube';
import { until } from './until.js';

/** The name of both configurations. */
export const CONFIGURATION = 'kube-gateway';

export interface Configuration extends KubeObject {
  webhooks: {
    name: string;
    timeoutSeconds: number;
    matchPolicy?: string;
    matchConditions?: unknown[];
    namespaceSelector?: object;
    objectSelector?: object;
    rules: { apiGroups: string[]; apiVersions: string[]; operations: string[]; resources: string[] }[];
    clientConfig: { caBundle?: string; service: { port: number } };
  }[];
}

export const CONFIGURATIONS: readonly ResourceType[] = [types.mutatingWebhooks, types.validatingWebhooks];

/** Changes both configurations. */
export async function changeWebhooks(
  admin: OwnClient,
  change: (webhook: Configuration['webhooks'][number]) => void,
): Promise<void> {
  for (const type of CONFIGURATIONS) {
    await until(`${type.kind} is changed`, async () => {
      const found = await admin.get<Configuration>(type, CONFIGURATION);
      found.webhooks.forEach(change);
      await admin.replace(type, found);
      return true;
    });
  }
}

/**
 * Has the API server call a port of localhost.
 * @returns what undoes it
 */
export async function routeWebhook(admin: OwnClient, port: number): Promise<() => Promise<void>> {
  const [webhook] = (await admin.get<Configuration>(types.mutatingWebhooks, CONFIGURATION)).webhooks;
  const route = (to = 0) => changeWebhooks(admin, ({ clientConfig: { service } }) => (service.port = to));
  await route(port);
  return () => route(webhook?.clientConfig.service.port);
}
