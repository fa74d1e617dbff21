/**
 * `#client-node`: the one import of @kubernetes/client-node that runs; its types may be imported anywhere. Each part of
 * the package loads all of its API classes and models, 49 MB. The programs run on a bundle of what is named here, 5 MB
 * (scripts/client-node.config.mjs, docs/decisions/0010).
 */
export {
  AuthenticationV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  createConfiguration,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node';
