import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Cuts off only tests that hang: the longest take 100 s on two idle cores. Tests that grow with the effort get more. */
const limits = {
  testTimeout: 600_000 + 180_000 * (Number(process.env.HARMONT_TEST_EFFORT ?? 1) - 1),
  hookTimeout: 600_000,
  teardownTimeout: 30_000,
  expect: { poll: { timeout: 120_000 } },
}

/** The kinds of tests that need more than Node.js, told apart by the end of their name. CONTRIBUTING.md says what each may do. */
const suffixes = ['process', 'pg', 'root', 'browser', 'product']

/** `.harmont`: what the demo built lies there, this tree with its tests among it. */
const noTests = ['**/node_modules/**', '**/fixtures/**', 'examples/**', '**/.harmont/**']

/** Workers, and the servers and commands that tests start, load compiled modules: half of the processor time of a start. */
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('Not run because they need root: *.root.test.ts, *.browser.test.ts, *.product.test.ts')

/** Modules are loaded once a worker and by Node.js itself, as in the product: a file finds what others left in them. */
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

/** The kinds whose files take longest come first, so that at the end none of them runs alone. */
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
