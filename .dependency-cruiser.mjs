/** The walls of the house (docs/architecture.md). Each rule says what must never be imported from where. */
const app = (name) => `^apps/${name}/`;
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    forbid(
      'no-circular',
      'A cycle hides which part stands on which.',
      {},
      { circular: true, dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'apps-apart',
      'Apps import libs, never each other.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    forbid('libs-below', 'Libs never import apps.', { path: '^libs/' }, { path: '^(apps|e2e)/' }),
    forbid(
      'pure-libs',
      'policy, token, rfb, api, wire, kubevirt import nothing of the Kubernetes client but types.',
      { path: '^libs/(policy|token|rfb|api|wire|kubevirt)/' },
      { path: '^libs/kube/' },
    ),
    forbid(
      'one-door-to-client-node',
      'The package is loaded through #client-node, which the build makes small (docs/decisions/0010).',
      { pathNot: '^libs/kube/client-node\\.ts$' },
      { path: 'node_modules/@kubernetes/client-node/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'browser-safe',
      'policy, api, wire, kubevirt and rfb run in the browser: no Node built-ins.',
      { path: '^libs/(policy|api|wire|kubevirt|rfb)/', pathNot: ['\\.spec\\.ts$', '/testing/', '^libs/api/crds'] },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'devcluster-learns-from-crds',
      'The embedded cluster learns our kinds from the CRDs over HTTP.',
      { path: app('devcluster') },
      { path: '^libs/(api|policy|token)/' },
    ),
    forbid(
      'apiserver-alone',
      'The embedded API server knows no other part.',
      { path: '^apps/devcluster/apiserver/' },
      { path: '^(apps/devcluster/(controllers|kubevirt|node|ingress|bin|controlplane|launcher)/|libs/kube/)' },
    ),
    forbid(
      'devcluster-parts-apart',
      'Parts know each other only through the Kubernetes API.',
      { path: '^apps/devcluster/(controllers|kubevirt|node|ingress)/' },
      { path: '^apps/devcluster/(apiserver|controllers|kubevirt|node|ingress)/', pathNot: '^apps/devcluster/$1/' },
    ),
    forbid(
      'images-hold-dependencies-only',
      'What runs in the images is installed without devDependencies.',
      { path: '^(apps/(gateway|operator)|libs)/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'no-orphan-deps',
      'Import only what package.json names.',
      { path: '^(apps|libs)/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
