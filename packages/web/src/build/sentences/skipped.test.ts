import { expect, test } from 'vitest'
import type { JobView } from '../data/job-state.ts'
import { epoch, makeFailed, makeJob, makeView } from '../testing/make-view.ts'
import { otherFailures } from './failure-context.ts'
import { sentenceText } from './sentence.ts'
import { skippedBecause, skipSentence } from './skipped.ts'

const build = makeFailed('build', 1)
const test1 = makeJob('test', { state: 'skipped', skip_reason: 'prerequisite', skipped_by: 'id-build' })
const deploy = makeJob('deploy', { state: 'skipped', skip_reason: 'prerequisite', skipped_by: 'id-test' })
const jobs = [build, test1, deploy]
const say = (job: JobView) => sentenceText(skipSentence(job, new Map(jobs.map((one) => [one.id, one]))))

test('web B4 a skipped step names the step that caused it, its condition, or the stopped build', () => {
  expect(say(test1)).toBe('Skipped because build failed.')
  expect(say(deploy)).toBe('Skipped because test was skipped.')
  expect(say(makeJob('docs', { state: 'skipped', skip_reason: 'condition' }))).toContain('its condition is not met')
  const stopped = { state: 'skipped', skip_reason: 'stopped', error_message: 'Not run because lint failed.' } as const
  expect(say(makeJob('x', stopped))).toBe('Skipped. Not run because lint failed.')
  expect(say(makeJob('x', { state: 'skipped', skip_reason: 'moon' }))).toBe('Skipped: moon.')
})

test('web B3 indirectly skipped steps count for the failed step', () => {
  expect(skippedBecause(jobs)).toEqual([{ cause: build, count: 2 }])
})

test('web B3 each later failure has a line, and so has each count of skipped steps', () => {
  const lint = makeFailed('lint', 137)
  const { summary, lines } = otherFailures(makeView([...jobs, lint]), build, epoch)
  expect(summary).toBe('1 more failed, 2 skipped')
  expect(lines.map(sentenceText)).toEqual([
    'lint failed too: exit 137: killed (SIGKILL), just now.',
    '2 steps skipped because build failed.',
  ])
  expect(otherFailures(makeView([build]), build, epoch)).toEqual({ summary: null, lines: [] })
})
