import { expect, test } from 'vitest'
import { allowed, wrongImports } from './check-imports.ts'

test('the table of rooms has no way back', () => {
  const reaches = (from: string, to: string): boolean =>
    (allowed[from] ?? []).some((next) => next === to || reaches(next, to))
  for (const room of Object.keys(allowed)) expect(reaches(room, room), room).toBe(false)
})

test('an import upwards, by package or by path, is refused', () => {
  expect(wrongImports('packages/ir/src/a.ts', "import { x } from '@harmont/engine'")).toHaveLength(1)
  expect(wrongImports('packages/engine/src/a.ts', "export * from '../../ir/src/plan.ts'")).toHaveLength(1)
  expect(wrongImports('packages/engine/src/a.ts', "const x = await import('@harmont/server')")).toHaveLength(1)
  expect(wrongImports('packages/sandbox/src/a.ts', "import '@harmont/ir/src/plan.ts'")).toHaveLength(1)
})

test('an import downwards or within the room is fine', () => {
  expect(
    wrongImports(
      'packages/engine/src/core/a.ts',
      "import type { Plan } from '@harmont/ir'\nimport { b } from '../b.ts'",
    ),
  ).toEqual([])
})

test('the outside world is for tests and benchmarks, and only by its package', () => {
  const line = "import { startGithub } from '@harmont/outside/github'"
  expect(wrongImports('packages/server/src/a.ts', "import { until } from '@harmont/test-kit/until'")).toHaveLength(1)
  expect(wrongImports('test/a.ts', "import { until } from './kit/until.ts'")).toHaveLength(1)
  for (const file of [
    'packages/server/src/a.test.ts',
    'packages/server/src/a.test-support.ts',
    'packages/server/src/testing/a.ts',
    'scripts/test/a.ts',
    'test/a.ts',
    'bench/a.ts',
  ])
    expect(wrongImports(file, line), file).toEqual([])
  for (const file of ['packages/server/src/a.ts', 'scripts/demo/a.ts', 'packages/server/src/test/a.ts'])
    expect(wrongImports(file, line), file).toEqual([
      `${file} imports @harmont/outside/github, which is for tests and benchmarks only`,
    ])
  expect(wrongImports('test/a.ts', "import { startGithub } from './outside/github/index.ts'")).toHaveLength(1)
  expect(wrongImports('test/a.ts', "import { startProduct } from './product.ts'")).toEqual([])
  expect(wrongImports('packages/server/src/a.test.ts', "import '../../../test/outside/github/index.ts'")).toHaveLength(
    1,
  )
  expect(
    wrongImports('test/outside/registry.ts', "import { freePort } from '../../scripts/client/server-process.ts'"),
  ).toHaveLength(1)
})
