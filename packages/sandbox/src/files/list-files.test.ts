import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listFiles } from './list-files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'harmont-list-'))
  for (const name of ['a', 'b', 'c']) {
    mkdirSync(join(root, 'workspace', name.repeat(100), 'deep'), { recursive: true })
    writeFileSync(join(root, 'workspace', name.repeat(100), 'deep', 'file'), '')
  }
})
afterEach(() => rmSync(root, { recursive: true }))

it('G57 the paths of folders still to enter are limited; those of entered folders do not count', () => {
  const job = { root, patterns: ['**'], maxFiles: 10, maxEntries: 1_000, maxMs: 60_000 }
  expect(listFiles(job, 310).files).toHaveLength(3)
  expect(listFiles(job, 300)).toEqual({ files: [], leftOut: { count: 0, first: null }, exceeded: 'entries' })
})
