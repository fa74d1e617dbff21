/**
 * Vite's settings for dist/libs/client-node.js: what libs/kube/client-node.ts names of @kubernetes/client-node, without
 * the rest of the package (docs/decisions/0010). undici and ws stay outside, as the programs load them anyway.
 */
export default {
  publicDir: false,
  build: {
    ssr: 'libs/kube/client-node.ts',
    outDir: 'dist/libs',
    emptyOutDir: false,
    target: 'node24',
    minify: true,
    // The package does not say so, but its modules only declare; nothing happens when one is imported.
    rolldownOptions: { treeshake: { moduleSideEffects: false } },
  },
  ssr: { noExternal: true, external: ['undici', 'ws'] },
};
