import walls from './.dependency-cruiser.mjs';

/** No folder of a program stands on another that stands on it, not even by a type. Specs may look anywhere. */
export default {
  forbidden: [
    {
      name: 'no-room-cycle',
      comment: 'A newcomer draws the folders on one page, each standing on those below it.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'wiring-on-top',
      comment: 'Files at the top of a program put its rooms together; no room knows them.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/[^/]+/' },
      to: { path: '^apps/$1/[^/]+$' },
    },
  ],
  options: {
    ...walls.options,
    exclude: { path: '(^dist/|^node_modules/|\\.spec\\.tsx?$|/testing/|^apps/devcluster/)' },
  },
};
