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
