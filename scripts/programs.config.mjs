/**
 * Vite's settings for dist/programs: the gateway and the operator, each with the packages that it uses, as their images
 * contain them (docs/decisions/0020). Names and lines stay readable: stack traces show them.
 */

/** Packages that Nest and pino look for and do without. */
const ABSENT =
  /^(@nestjs\/(microservices|websockets|mongoose|typeorm|sequelize|mikro-orm)|@mikro-orm\/|@grpc\/|@fastify\/static|class-validator|class-transformer|pino-pretty)/;

export default {
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'dist/programs',
    target: 'node24',
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { gateway: 'dist/apps/gateway/main.js', operator: 'dist/apps/operator/main.js' },
      external: ABSENT,
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name].js', minify: false, comments: false },
    },
  },
  ssr: { noExternal: true },
};
