import react from '@vitejs/plugin-react';
import { type IncomingMessage } from 'node:http';
import { defineConfig, type ProxyOptions } from 'vite';
import { novnc } from './build/novnc.js';
import { pages } from './build/pages.js';
import { patternfly } from './build/patternfly.js';
import { precompressed } from './build/precompressed.js';

const repository = `${import.meta.dirname}/../..`;
const gateway: ProxyOptions = { target: 'http://localhost:8080', ws: true, bypass: page };
// Regular expressions: the folders api/ and landing/ of the sources are not paths of the gateway.
const GATEWAY_PATHS = ['^/api/(v1|docs|openapi)', '^/auth/', '^/k8s/', '^/l(\\?|$)', '^/login', '^/console/[^.]*$'];

/** Modules that load together wherever they load; the rest is divided by the pages that use it. */
const GROUPS = [
  { name: 'react', test: /node_modules\/(react|react-dom|scheduler|@tanstack)\//, priority: 2 },
  // Without React: what asks first waits for this alone.
  {
    name: 'ask',
    test: /dashboard\/(api\/(client|cookies|rest)|landing\/ask)\b|libs\/(api|kubevirt)\//,
    minShareCount: 2,
    priority: 2,
  },
  {
    name: 'base',
    test: /dashboard\/(api|time|hooks\/useNow|landing\/(Card|PageErrors)|console\/(address|tab|text|typing|useLeaveKeys)\b)/,
    minShareCount: 2,
    priority: 1,
  },
  // Over HTTP/1.1 a browser has six requests at a time: what most pages need is one of them.
  {
    name: 'common',
    test: /@patternfly|react-router|tslib|focus-trap|tabbable|lodash|dashboard\/(pages|hooks)\//,
    minShareCount: 4,
  },
];

/** Two entries: the dashboard of signed-in users, and the guest's pages, which stay small; and what asks for a link first. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), novnc(), patternfly(), pages(), precompressed()],
  resolve: { alias: [{ find: /^#libs\/(.*)$/, replacement: `${repository}/libs/$1/index.ts` }] },
  build: {
    target: 'es2022',
    outDir: `${repository}/dist/dashboard`,
    emptyOutDir: true,
    // Data URLs of fonts and styles would need holes in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Importing a library of our own does nothing by itself: what a page does not use of it is left out.
      treeshake: { moduleSideEffects: [{ test: /\/libs\//, sideEffects: false }] },
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: GROUPS } },
      input: ['index.html', 'guest.html', 'landing/early.ts'].map((entry) => `${import.meta.dirname}/${entry}`),
    },
  },
  server: { proxy: Object.fromEntries(GATEWAY_PATHS.map((path) => [path, gateway])) },
});

/** In development pages come from Vite, everything else from the gateway. */
function page({ method, headers, url = '' }: IncomingMessage): string | undefined {
  if (method !== 'GET' || !headers.accept?.includes('text/html')) return undefined;
  if (/^\/login/.test(url)) return '/index.html';
  return /^\/l(\?|$)|^\/console\//.test(url) ? '/guest.html' : undefined;
}
