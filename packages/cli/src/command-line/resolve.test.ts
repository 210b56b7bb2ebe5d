import { expect, test } from 'vitest'
import { otherWordsLike, resolveCommand } from './resolve.ts'

test.each([
  [['config', 'list'], 'config list', []],
  [['-q', 'config', '--org', 'acme', 'list', '-v'], 'config list', ['-q', '--org', 'acme', '-v']],
  [['--dir=x', 'version'], 'version', ['--dir=x']],
  [['-dx', 'version'], 'version', ['-dx']],
  [['help', 'config', 'set'], 'help', ['config', 'set']],
])('%j is the command %j', (line, name, rest) => {
  const resolved = resolveCommand(line)
  expect(resolved.command?.name).toBe(name)
  expect(resolved.rest).toEqual(rest)
})

test.each([
  ['ls', 'history'],
  ['builds', 'build list'],
  ['secrets', 'secret list'],
  ['secret ls', 'secret list'],
  ['open', 'build open'],
  ['check', 'validate'],
  ['plan', 'graph'],
  ['build cancel', 'cancel'],
  ['cloud build cancel', 'cancel'],
])('hm %s is hm %s', (words, name) => {
  expect(resolveCommand(words.split(' ')).command?.name).toBe(name)
})

test.each([
  [
    ['-C', 'x', 'version'],
    ['-C', 'x'],
  ],
  [['-Cx', 'version'], ['-Cx']],
])('%j uses another directory', (line, rest) => {
  expect(resolveCommand(line)).toMatchObject({ words: ['version'], rest })
})

test('completion offers an alias only when no command begins with the typed letters', () => {
  expect(otherWordsLike('op')).toEqual([{ word: 'open', meant: 'build open' }])
  expect(otherWordsLike('secret')).toEqual([])
  expect(otherWordsLike('')).toEqual([])
})

test('a group alone is not a command', () => {
  expect(resolveCommand(['config'])).toMatchObject({ command: undefined, words: ['config'] })
})

test.each([
  [['confg'], 'hm has no command "confg"', 'did you mean hm config?'],
  [['config', 'sett', 'a'], 'hm config has no command "sett"', 'did you mean hm config set?'],
  [['frobnicate'], 'hm has no command "frobnicate"', 'hm -h lists the commands'],
  [['--yess', 'version'], 'hm has no flag --yess', 'did you mean --yes?'],
  [['constructor'], 'hm has no command "constructor"', undefined],
])('%j is refused with a suggestion', (line, message, fix) => {
  expect(() => resolveCommand(line)).toThrow(expect.objectContaining({ exit: 2, message }))
  if (fix !== undefined)
    expect(() => resolveCommand(line)).toThrow(expect.objectContaining({ fix: expect.stringContaining(fix) }))
})
