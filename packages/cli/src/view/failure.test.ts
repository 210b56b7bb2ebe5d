import { expect, test } from 'vitest'
import { plainOf } from '../text/span.ts'
import { unicode } from './charset.ts'
import { failureLines } from './failure.ts'
import { fold, stepOf } from './fold.ts'
import { nextCommands } from './next-commands.ts'
import { newRun } from './run-model.ts'
import { events } from './story.test-support.ts'

const { queued, start, end } = events

test('a step whose image cannot be had was not started: the reason is told, and no shell is offered where there is nothing', () => {
  const run = newRun()
  const message = 'The image nosuch:1 is not in the local store.'
  const failed = end('a', 'failed', 0, { exit_code: null, error_code: 'provision_failed', message })
  for (const event of [queued('a'), failed]) fold(run, event)
  const lines = failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)
  expect(lines).toEqual(['✗ failed a: not started', `  likely cause: ${message}`, ''])
  expect(nextCommands(run).map(([command]) => command)).toEqual(['hm logs --failed', 'hm retry'])
})

test('one that began and said nothing did so', () => {
  const run = newRun()
  for (const event of [queued('a'), start('a'), end('a', 'failed', 5)]) fold(run, event)
  expect(failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)).toContain('  (it printed nothing)')
  expect(nextCommands(run).map(([command]) => command)).toContain('hm shell a')
})
