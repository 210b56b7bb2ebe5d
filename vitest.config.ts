import { defineConfig } from 'vitest/config'

// Real PostgreSQL and real sandboxes share two cores: files run one or two at a time, and a hung test is cut.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/fixtures/**'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
