/** Getting a model and loading it, as ratios where time depends on the machine. */

/** @type {import('./frame.mjs').Part} */
export const modelsPart = {
  name: 'models',
  title: 'Models',
  built: true,
  run: async ({ figures }) => ({ rows: await figures('test/bench/models.ts') }),
};
