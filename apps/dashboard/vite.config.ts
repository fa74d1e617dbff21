import react from '@vitejs/plugin-react';
import { type IncomingMessage } from 'node:http';
import { defineConfig, type ProxyOptions } from 'vite';

const repository = `${import.meta.dirname}/../..`;
const gateway: ProxyOptions = { target: 'http://localhost:8080', ws: true, bypass: page };
// Regular expressions: the folders api/ and landing/ of the sources are not paths of the gateway.
const GATEWAY_PATHS = ['^/api/(v1|docs|openapi)', '^/auth/', '^/k8s/', '^/l(\\?|$)', '^/login', '^/console/[^.]*$'];

/** Two entries: the dashboard of signed-in users, and the guest's pages, which stay small. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { alias: [{ find: /^#libs\/(.*)$/, replacement: `${repository}/libs/$1/index.ts` }] },
  build: {
    target: 'es2022',
    outDir: `${repository}/dist/dashboard`,
    emptyOutDir: true,
    // Data URLs of fonts and styles would need holes in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: [`${import.meta.dirname}/index.html`, `${import.meta.dirname}/guest.html`],
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
