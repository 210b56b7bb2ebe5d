import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mostNames, NameNotes, readNames } from './names.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'harmont-names-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const read = (name = 'step') => readNames(join(directory, name))

it('records each name once, including those recorded by an earlier guard', () => {
  new NameNotes(directory).note('step', 'used', 'b.example')
  const notes = new NameNotes(directory)
  for (const name of ['a.example:22', 'b.example', 'a.example:22']) notes.note('step', 'used', name)
  notes.note('step', 'refused', 'b.example')
  expect(read()).toEqual({ used: ['a.example:22', 'b.example'], refused: ['b.example'], isWhole: true })
  expect(read('other')).toEqual({ used: [], refused: [], isWhole: true })
})

it('records a limited number of a step’s names, and reports that there were more', () => {
  const notes = new NameNotes(directory)
  for (let number = 0; number < 3 * mostNames; number++) notes.note('step', 'refused', `n${number}.example`)
  const { refused, isWhole } = read()
  expect([refused.length, isWhole]).toEqual([mostNames, false])
})

it('reads no link, no large file and no invalid line', () => {
  writeFileSync(join(directory, 'step'), 'used a.example\nused <b>\nstolen c.example\nused d.example:x\n')
  expect(read().used).toEqual(['a.example'])
  symlinkSync(join(directory, 'step'), join(directory, 'link'))
  expect(() => read('link')).toThrow('ELOOP')
  writeFileSync(join(directory, 'large'), 'used a.example\n'.repeat(20_000))
  expect(read('large').used).toEqual([])
})
