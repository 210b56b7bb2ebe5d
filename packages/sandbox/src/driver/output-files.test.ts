import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sandboxFiles } from '../layout/layout.ts'
import { openOutputFiles } from './output-files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'harmont-output-'))
})
afterEach(() => rmSync(root, { recursive: true }))

it.each([
  ['is complete once its maker reported it', '\n', true],
  ['is incomplete if its maker was killed before it reported', '', false],
  ['is incomplete if its maker reported so', 'incomplete\n', false],
])('a copy of the output directory %s', async (_, said, complete) => {
  const files = sandboxFiles(root, 'one')
  mkdirSync(files.exitDirectory, { recursive: true })
  writeFileSync(files.outputKept, said)
  // Represents a control group without a process.
  writeFileSync(join(root, 'cgroup.events'), 'populated 0\n')
  expect((await openOutputFiles(files, root)).complete).toBe(complete)
})
