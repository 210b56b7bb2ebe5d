import { expect, test } from 'vitest'
import { availableActions } from './data/build-actions.ts'
import type { BuildView, JobView } from './data/job-state.ts'
import { phoneActions } from './phone-actions.ts'
import { makeFailed, makeJob, makeView } from './testing/make-view.ts'

function offered(step: JobView | null, build: Partial<BuildView['build']>, mayBuild = true) {
  const view = makeView(step === null ? [] : [step], build)
  const isEnded = build.state === 'passed' || build.state === 'failed'
  return phoneActions({ available: availableActions(view, step, mayBuild), step, isEnded })
}

test('web T4 the button on a phone is the most important action, and the menu has each other action once', () => {
  const failed = makeFailed('test', 1)
  expect(offered(failed, { state: 'failed' })).toEqual(['retryStep', 'retryFailed', 'rebuild', 'details'])
  expect(offered(null, { state: 'failed' })).toEqual(['rebuild'])
  expect(offered(makeJob('build'), { state: 'passed' })).toEqual(['rebuild', 'details'])
  const running = makeJob('build', { state: 'running' })
  expect(offered(running, { state: 'running' })).toEqual(['cancel', 'rebuild', 'notification', 'details'])
  const waiting = makeJob('build', { state: 'pending' })
  expect(offered(waiting, { state: 'scheduled', wait_reason: 'approval' })[0]).toBe('approve')
  expect(offered(waiting, { state: 'scheduled', wait_reason: 'approval' }, false)[0]).toBe('cancel')
})

test('web T4 a step without its parent snapshot offers a rebuild and no retry', () => {
  const gone = makeFailed('test', 1, { retry: { allowed: false, reason: 'The snapshot is gone; rebuild' } })
  expect(offered(gone, { state: 'failed' })).toEqual(['rebuild', 'details'])
})
