import { expect, test } from 'vitest'
import { HmError } from '../errors.ts'
import { parseFlags } from './flags.ts'
import { resolveCommand } from './resolve.ts'

const secret = 'hunter2-tells_n0body'

function refusal(line: readonly string[]): HmError {
  try {
    const { command, words, rest } = resolveCommand(line)
    parseFlags(words.join(' '), command?.spec ?? {}, rest)
  } catch (error) {
    if (error instanceof HmError) return error
    throw error
  }
  throw new Error(`${line.join(' ')} was taken`)
}

test.each([
  [['secret', 'set', 'NAME', secret], 'pipe it: printf %s "$VALUE" | hm secret set NAME'],
  [['secret', 'set', `NAME=${secret}`], 'pipe it: printf'],
  [['secret', 'set', 'NAME', '--', secret], 'pipe it: printf'],
  [['login', '--token', secret], 'pipe it: hm login --token < FILE'],
  [['login', `--token=${secret}`], 'pipe it: hm login --token < FILE'],
  [['login', secret], 'pipe it: hm login'],
  [['cloud', 'login', secret], 'pipe it: hm login'],
])('a secret in %j is not repeated, and the error says how to pass it', (line, fix) => {
  const { exit, message, fix: said } = refusal(line)
  expect({ exit, said }).toEqual({ exit: 2, said: expect.stringContaining(fix) })
  expect(`${message} ${said}`).not.toContain(secret)
})

test.each([
  [['secret', 'set', 'NAME', `--value=${secret}`]],
  [['secret', `NAME=${secret}`]],
  [['secret', secret]],
  [[secret]],
  [['run', '--secret', `${secret}!`]],
  [['run', '-e', secret]],
])('a possible secret in %j is not repeated either', (line) => {
  const { exit, message, fix } = refusal(line)
  expect(exit).toBe(2)
  expect(`${message} ${fix}`).not.toContain(secret)
})
