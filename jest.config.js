/** How swc reads a file: generics of an arrow function look like an element, so only `.tsx` may hold elements. */
const swc = (tsx) => [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx },
      transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } },
      target: 'es2022',
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

/** Plain jest: swc turns the sources into CommonJS on the fly, so no flag and no loader is needed. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.{ts,tsx}'],
  transform: { '^.+\\.m?[jt]s$': swc(false), '^.+\\.tsx$': swc(true) },
  // Packages that are published as modules only.
  transformIgnorePatterns: ['/node_modules/(?!(d3-[a-z-]+|internmap|intl-messageformat|@formatjs)/)'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'json'],
  testSequencer: '<rootDir>/scripts/test/longest-first.js',
  // A test that hangs is seen by what it waits for; a machine under load must fail none.
  testTimeout: 1_800_000,
  // More than processors: most of the time a test waits for something to happen.
  maxWorkers: 6,
};
