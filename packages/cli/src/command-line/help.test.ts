import { expect, test } from 'vitest'
import { type CommandName, commands, specs } from '../specs/index.ts'
import type { CommandSpec } from '../specs/spec.ts'
import { plainOf } from '../terminal/span.ts'
import { kebab } from './global-flags.ts'
import { commandHelp, groupHelp, groupSummaries, overview, sections } from './help.ts'

const textOf = (lines: ReturnType<typeof overview>) =>
  lines.map((line) => (typeof line === 'string' ? line : plainOf(line))).join('\n')
const all = Object.entries(specs) as [CommandName, CommandSpec][]

test.each(all)('help of hm %s fits 80 and 60 columns and names every flag', (name, spec) => {
  for (const width of [80, 60]) {
    const text = textOf(commandHelp({ name, spec }, width))
    expect(tooLong(text, width)).toEqual([])
    for (const flag of Object.keys(spec.flags ?? {})) expect(text).toContain(`--${kebab(flag)}`)
  }
})

test('the overview fits 80 and 60 columns and lists every command that is not hidden', () => {
  for (const width of [80, 60]) {
    const text = textOf(overview(width))
    expect(tooLong(text, width)).toEqual([])
    for (const { name, spec } of commands) {
      if (spec.hidden === true) continue
      const [word = '', ...verb] = name.split(' ')
      expect(text).toMatch(new RegExp(`^  ${word} [^]*${verb.join(' ')}`, 'm'))
    }
  }
})

/** Commands to copy are not broken. */
function tooLong(text: string, width: number): string[] {
  return text.split('\n').filter((line) => line.length > width && !/^ {2}(hm|printf) /.test(line))
}

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

test('a command lists its aliases, and a group lists the commands that other tools name differently', () => {
  const named = (name: CommandName) => textOf(commandHelp({ name, spec: specs[name] }))
  expect(named('history')).toContain('Also: hm ls, hm list, hm runs\n')
  expect(named('exec')).toContain('Usage: hm exec [FLAGS] STEP COMMAND...\n')
  expect(named('secret list')).toContain('Also: hm secrets, hm secret ls\n')
  expect(textOf(groupHelp(['build']))).toMatch(/^ {2}build cancel +Cancel a build/m)
})
