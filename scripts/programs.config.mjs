/**
 * Vite's settings for dist/programs: the gateway and the operator, each with the packages that it uses, as their images
 * contain them (docs/decisions/0019). Names and lines stay readable: stack traces show them.
 */

/** Packages that Nest and pino look for and do without. */
const ABSENT =
  /^(@nestjs\/(microservices|websockets|mongoose|typeorm|sequelize|mikro-orm)|@mikro-orm\/|@grpc\/|@fastify\/static|class-validator|class-transformer|pino-pretty)/;

/** V8 keeps a file with one character beyond Latin-1 at two bytes a character: that was 5 MB or more in each program. */
const ascii = {
  name: 'ascii',
  renderChunk: (code) =>
    code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
};

export default {
  publicDir: false,
  plugins: [ascii],
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
