import process from 'node:process'
import { defineConfig } from 'vitest/config'

/** Tests that make sandboxes, mounts, or files of other owners. Git trees, databases and servers without a runner are made by anybody. */
const needRoot = [
  'test/{backup,builds,cloud-shell,examples,forges,full-disk,generated-client,log-bytes,log-limit,log-readers,real-packages,second-start,strict-runtime,webhook-chaos,whole-at-once}.test.ts',
  'test/browser/**',
  'test/torture/**',
  'packages/engine/src/{runner,scheduler}/**',
  'packages/cli/src/local/in-sandboxes/**',
  'packages/sandbox/src/{conformance,folder,images,oci,source}/**',
  'packages/server/src/{builds/{in-sandboxes,source-invalid},shells/in-sandboxes}.test.ts',
]
const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn(`Not run, because they need root: ${needRoot.join(' ')}`)

// Real PostgreSQL and real sandboxes share two cores: files run one or two at a time, and a hung test is cut. Three at once take a fifth less, and some
// of their tests waited too long for one another.
// `.harmont`: what the demo built lies there, this tree with its tests among it.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/fixtures/**', 'examples/**', '**/.harmont/**', ...(isRoot ? [] : needRoot)],
    setupFiles: ['test/browser/say-pages.ts'],
    maxWorkers: 2,
    // Only what never comes is cut off: how long something takes is for `bench/` to say.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    teardownTimeout: 30_000,
  },
})
