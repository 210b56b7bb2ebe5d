import process from 'node:process'
import { defineConfig } from 'vitest/config'

/** Tests that make sandboxes, mounts, or files of other owners. */
const needRoot = ['test/**', 'packages/engine/src/{runner,scheduler}/**', 'packages/sandbox/src/{images,oci,source}/**']
const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn(`Not run, because they need root: ${needRoot.join(' ')}`)

// Real PostgreSQL and real sandboxes share two cores: files run one or two at a time, and a hung test is cut.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/fixtures/**', ...(isRoot ? [] : needRoot)],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
