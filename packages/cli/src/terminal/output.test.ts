import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { HmError } from '../errors.ts'
import { reportFailure } from '../process/failure.ts'
import { makeOutput, type Output } from './output.ts'
import { span } from './span.ts'
import type { Terminal } from './terminal.ts'

function collect(isTerminal: boolean) {
  const stream = new PassThrough()
  const terminal: Terminal = { stream, isTerminal, color: true, columns: () => 80, style: (_, text) => `<${text}>` }
  return { terminal, text: () => String(stream.read() ?? '') }
}

/** A name that reverses the rest of its line, clears the screen, and rings. */
const hostile = 'a\u202egnp\x1b[2J\x07\u061c\u2066'
const shown = 'a?gnp???'

function told(tell: (output: Output) => unknown, { isTerminal = true } = {}) {
  const [out, err] = [collect(isTerminal), collect(true)]
  tell(makeOutput({ stdout: out.terminal, stderr: err.terminal, quiet: false, verbose: true }))
  return out.text() + err.text()
}

test.each<readonly [string, string, (output: Output) => unknown]>([
  ['a line of data', `${shown}\n`, ({ print }) => print(hostile)],
  ['two lines of data', `${shown}\nb\n`, ({ print }) => print(`${hostile}\nb`)],
  ['a line with styles', `<${shown}>${shown}\n`, ({ print }) => print([span(hostile, 'bold'), span(hostile)])],
  ['talk', `${shown}\n`, ({ say }) => say(hostile)],
  ['lines as Windows ends them', `a\n${shown}\n`, ({ say }) => say(`a\r\n${hostile}`)],
  ['a warning', `<warning:> ${shown}\n`, ({ warn }) => warn(hostile)],
  ['a debug line', `<debug: ${shown}>\n`, ({ debug }) => debug(hostile)],
])('a terminal gets no control sequence of %s', (_, text, tell) => {
  expect(told(tell)).toBe(text)
})

const place = { cacheDirectory: '/nowhere', command: 'x' }
const failure = new HmError(2, 'usage', hostile, { fix: hostile, requestId: hostile })

test('a terminal receives no control sequence of an error', () => {
  const text = told((output) => reportFailure(failure, output, false, place))
  expect(text.split('\n').slice(-3)).toEqual([`<error[usage]:> ${shown} (request ${shown})`, `<fix:> ${shown}`, ''])
})

test('JSON for a terminal escapes control characters and keeps its meaning', () => {
  const asJson = told(({ json }) => json({ hostile }))
  expect(asJson).toBe('{"hostile":"a\\u202egnp\\u001b[2J\\u0007\\u061c\\u2066"}\n')
  expect(JSON.parse(asJson)).toEqual({ hostile })
  const error =
    told((output) => reportFailure(failure, output, true, place))
      .split('\n')
      .at(-2) ?? ''
  expect(error).not.toMatch(/[\u202e\u061c\u2066]/)
  expect(JSON.parse(error).error.message).toBe(hostile)
})

test('output for a program is unchanged', () => {
  expect(told(({ print }) => print(hostile), { isTerminal: false })).toBe(`${hostile}\n`)
  expect(told(({ json }) => json(hostile), { isTerminal: false })).toBe(`${JSON.stringify(hostile)}\n`)
})
