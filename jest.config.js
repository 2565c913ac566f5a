/** Plain jest: swc turns the sources into CommonJS on the fly, so no flag and no loader is needed. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleFileExtensions: ['ts', 'js', 'json'],
  // A test that hangs is seen by what it waits for; a machine under load must fail none.
  testTimeout: 1_800_000,
  // More than processors: most of the time a test waits for something to happen.
  maxWorkers: 6,
};
