import process from 'node:process'
import { availableParallelism } from 'node:os'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const isRoot = process.getuid?.() === 0

/** Only what never comes is cut off: how long something takes is for `bench/` to say. */
const patience = { testTimeout: 180_000, hookTimeout: 240_000, teardownTimeout: 30_000, expect: { poll: { timeout: 60_000 } } }
const outside = ['**/node_modules/**', '**/fixtures/**', 'examples/**', '**/.harmont/**']

/** The kinds of tests, told apart by the end of their name. CONTRIBUTING.md says what each may do. */
const suffixes = ['process', 'pg', 'root', 'browser', 'product'] as const

function project(name: string, include: readonly string[], more: TestProjectInlineConfiguration['test'] = {}) {
  return {
    test: {
      name,
      include: [...include],
      exclude: [...outside, ...(more.exclude ?? [])],
      setupFiles: ['test/kit/file.setup.ts', 'test/kit/properties.setup.ts'],
      isolate: false,
      experimental: { viteModuleRunner: false },
      pool: 'forks' as const,
      ...patience,
      ...more,
    },
  }
}

const withDatabase = { globalSetup: ['test/kit/postgres.setup.ts'] }

export default defineConfig({
  test: {
    maxWorkers: Number(process.env.HARMONT_TEST_WORKERS ?? 2),
    experimental: { viteModuleRunner: false },
    projects: [
      project('unit', ['**/*.test.ts'], { exclude: [...outside, ...suffixes.map((suffix) => `**/*.${suffix}.test.ts`)] }),
      project('process', ['**/*.process.test.ts'], withDatabase),
      project('pg', ['**/*.pg.test.ts'], withDatabase),
      ...(isRoot
        ? [
            project('root', ['**/*.root.test.ts'], withDatabase),
            project('browser', ['**/*.browser.test.ts'], withDatabase),
            project('product', ['**/*.product.test.ts'], withDatabase),
          ]
        : []),
    ],
  },
})
