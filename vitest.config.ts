import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Time limits that only stop tests that hang, because `bench/` measures durations. Limits grow with
 * the effort.
 */
const limits = {
  testTimeout: 600_000 + 180_000 * (Number(process.env.HARMONT_TEST_EFFORT ?? 1) - 1),
  hookTimeout: 600_000,
  teardownTimeout: 30_000,
  expect: { poll: { timeout: 120_000 } },
}

/**
 * The kinds of tests that need more than Node.js, by the suffix of their file names.
 * CONTRIBUTING.md describes them.
 */
const suffixes = ['process', 'pg', 'root', 'browser', 'product']

/** `.harmont` contains the demo's files, including a copy of this tree with its tests. */
const noTests = ['**/node_modules/**', '**/fixtures/**', 'examples/**', '**/.harmont/**']

/**
 * Workers, and the servers and commands that tests start, load compiled modules, which halves the
 * processor time of a start.
 */
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('Not run because they need root: *.root.test.ts, *.browser.test.ts, *.product.test.ts')

/**
 * Modules are loaded once per worker and by Node.js itself, as in the product, so test files share
 * module state.
 */
function project(name: string, test: TestProjectInlineConfiguration['test'] = {}): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [`**/*.${name}.test.ts`],
      exclude: noTests,
      setupFiles: ['test/kit/file.setup.ts', 'test/kit/properties.setup.ts'],
      globalSetup: ['test/build.setup.ts', 'test/postgres.setup.ts', 'test/s3.setup.ts'],
      isolate: false,
      experimental: { viteModuleRunner: false },
      ...limits,
      ...test,
    },
  }
}

/** Runs the kinds with the slowest files first, so that none of them runs alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ['product', 'browser', 'root', 'pg', 'process', 'unit']
    const place = ({ project: { name } }: TestSpecification) => order.indexOf(name)
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    experimental: { viteModuleRunner: false },
    projects: [
      project('unit', {
        include: ['**/*.test.ts'],
        exclude: [...noTests, ...suffixes.map((suffix) => `**/*.${suffix}.test.ts`)],
        globalSetup: [],
      }),
      ...['process', 'pg', ...(isRoot ? ['root', 'product'] : [])].map((name) => project(name)),
      ...(isRoot
        ? [
            project('browser', {
              globalSetup: ['test/build.setup.ts', 'test/postgres.setup.ts', 'test/browser/browser.setup.ts'],
            }),
          ]
        : []),
    ],
  },
})
