import { expect, test } from 'vitest'
import { commands } from '../commands.ts'
import { kebab } from '../parse/global-flags.ts'
import type { CommandSpec } from '../spec.ts'
import { type CommandName, specs } from '../specs/index.ts'
import { plainOf } from '../text/span.ts'
import { commandHelp, groupHelp, overview } from './help.ts'
import { groupSummaries, sections } from './sections.ts'

const textOf = (lines: ReturnType<typeof overview>) =>
  lines.map((line) => (typeof line === 'string' ? line : plainOf(line))).join('\n')
const all = Object.entries(specs) as [CommandName, CommandSpec][]
const never = () => Promise.reject(new Error('help loads no command'))

test.each(all)('help of hm %s fits 80 columns and names every flag', (name, spec) => {
  const text = textOf(commandHelp({ name, spec, load: never }))
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  for (const flag of Object.keys(spec.flags ?? {})) expect(text).toContain(`--${kebab(flag)}`)
})

test('the overview fits 80 columns and has every command that users see', () => {
  const text = textOf(overview())
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  for (const { name, spec } of commands) {
    if (spec.hidden === true) continue
    const [word = '', ...verb] = name.split(' ')
    expect(text).toMatch(new RegExp(`^  ${word} .*${verb.join(' ')}`, 'm'))
  }
})

test('every command has a place in the overview, and every group a summary', () => {
  const placed = new Set(sections.flatMap(({ words }) => words))
  for (const [name, spec] of all) {
    if (spec.hidden === true) continue
    const [word = '', ...verb] = name.split(' ')
    expect(placed).toContain(word)
    if (verb.length > 0) expect(groupSummaries).toHaveProperty(word)
  }
})

test('a group lists its commands', () => {
  expect(textOf(groupHelp(['config']))).toContain('config set')
})

test('summaries are one line without a full stop', () => {
  for (const [, spec] of all)
    for (const { summary } of [spec, ...Object.values(spec.args ?? {}), ...Object.values(spec.flags ?? {})])
      expect(summary).toMatch(/^[^\n]+[^.\n]$|\.\.\.\)$/)
})

test('no short flag means two things, and none hides a global one', () => {
  for (const [, spec] of all) {
    const shorts = Object.values(spec.flags ?? {}).flatMap(({ short }) => short ?? [])
    expect(new Set([...shorts, 'd', 'q', 'v', 'h', 'V']).size).toBe(shorts.length + 5)
  }
})
