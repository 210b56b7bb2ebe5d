import { expect, test } from 'vitest'
import { attemptView, withRenderFailure } from './data/attempt-view.ts'
import { availableActions } from './data/build-actions.ts'
import { compareLink, webAddress } from './data/compare-link.ts'
import { phoneActions } from './phone-actions.ts'
import { cacheSentence } from './sentences/cache.ts'
import { costLabel } from './sentences/cost.ts'
import { failureReason } from './sentences/failure-reason.ts'
import { announcementsOf, tabTitle } from './sentences/header.ts'
import { lineageOf } from './step-pane/lineage.ts'
import { at, epoch, makeFailed, makeJob, makeView } from './testing/make-view.ts'

const nothing = { policy: null, from: null, reason: null, changes: [] }

test('web B6 a hit shows its origin, age and saved time, and a miss its reason; disabled and bypassed caches are named', () => {
  const from = { pipeline_slug: 'ci', number: 12, job_id: 'j', at: at(-3 * 3600), saved_ms: 134_000 }
  expect(cacheSentence({ ...nothing, outcome: 'hit', from }, epoch)).toBe(
    'From build #12 of ci, 3 h ago; saved 2 m 14 s.',
  )
  const miss = (reason: string | null) => cacheSentence({ ...nothing, outcome: 'miss', reason }, epoch)
  expect(miss('expired')).toBe('Not cached: the entry expired.')
  expect(miss('sunspots')).toBe('Not cached: sunspots.')
  expect(cacheSentence({ ...nothing, outcome: 'off' }, epoch)).toContain('no cache policy')
  const reason = 'The cache has no key, so this step always runs.'
  expect(cacheSentence({ ...nothing, outcome: 'off', reason }, epoch)).toBe(reason)
  expect(cacheSentence({ ...nothing, outcome: 'bypassed' }, epoch)).toContain('without cache')
})

test('web B16 a cost is an amount, vCPU time without billing, or a dash if unknown, never $0.00', () => {
  expect(costLabel({ cents: 4, vcpu_seconds: 9 }, false)).toBe('$0.04 so far')
  expect(costLabel({ cents: 1234, vcpu_seconds: 9 }, true)).toBe('$12.34')
  expect(costLabel({ cents: 0, vcpu_seconds: 9 }, true)).toBe('under $0.01')
  expect(costLabel({ cents: null, vcpu_seconds: 744 }, true)).toBe('12 vCPU-min')
  expect(costLabel(null, false)).toBe('—')
})

test('changes since the last pass are linked if both ends are commits at a forge', () => {
  const [commit, before] = ['a'.repeat(40), 'b'.repeat(40)]
  const view = makeView([], { commit }, { last_passed: { number: 58, commit: before } })
  expect(compareLink(view)).toBe(`https://github.com/acme/ci/compare/${before}...${commit}`)
  const at = (repository: string) => compareLink({ ...view, pipeline: { ...view.pipeline, repository } })
  expect(at('git@gitlab.com:acme/ci.git')).toBe(`https://gitlab.com/acme/ci/-/compare/${before}...${commit}`)
  expect(at('https://bitbucket.org/acme/ci')).toBe(
    `https://bitbucket.org/acme/ci/branches/compare/${commit}..${before}`,
  )
  expect(at('local/ci')).toBeNull()
  expect(compareLink({ ...view, last_passed: null })).toBeNull()
  expect(compareLink({ ...view, last_passed: { number: 58, commit: '0'.repeat(40) } })).toBeNull()
})

test('web X4 an external address opens only if it is http or https', () => {
  expect(webAddress('javascript:alert(1)')).toBeNull()
  expect(webAddress('https://github.com/a/b/pull/1')).toBe('https://github.com/a/b/pull/1')
})

test('web T3 only failures and the state of this build are announced', () => {
  const before = makeView([makeJob('a', { state: 'running' }), makeJob('b', { state: 'running' })], {
    state: 'running',
  })
  const after = makeView([makeFailed('a', 1), makeJob('b')], { state: 'failed' })
  expect(announcementsOf(before, after)).toEqual(['Step a failed.', 'Build 60: Failed.'])
  expect(announcementsOf(after, after)).toEqual([])
  expect(announcementsOf(before, makeView([makeFailed('a', 1)], { number: 61, state: 'failed' }))).toEqual([])
})

test('web T1 the title has state, failed step, pipeline, number and organization', () => {
  expect(tabTitle(makeView([makeFailed('test', 1)], { state: 'failed' }), 'acme')).toBe('Failed: test · ci #60 · acme')
  expect(tabTitle(makeView([makeFailed('t', 1, { soft_failed: true })]), 'acme')).toBe('Passed · ci #60 · acme')
})

test('web B7 lineage separates file systems from order', () => {
  const base = makeJob('base', { image: 'debian' })
  const build = makeJob('build', { image: null, builds_in: 'id-base', depends_on: ['id-base'] })
  const job = makeJob('test', { image: null, builds_in: 'id-build', depends_on: ['id-build', 'id-lint'] })
  const child = makeJob('e2e', { image: null, builds_in: 'id-test' })
  const lint = makeJob('lint')
  expect(lineageOf(job, [base, build, lint, job, child])).toEqual({
    image: 'debian',
    ancestors: [base, build],
    children: [child],
    after: [lint],
  })
})

test('web B8 an older attempt shows its own facts and none of the newest attempt', () => {
  const attempt = {
    number: 1,
    job_id: 'old',
    cause: 'first',
    state: 'failed',
    exit_code: 3,
    started_at: at(1),
    finished_at: at(2),
  }
  const job = makeJob('test', { attempt: 2, attempts: [attempt], cached: true })
  expect(attemptView(job, undefined)).toBe(job)
  expect(attemptView(job, 1)).toMatchObject({ id: 'old', state: 'failed', exit_code: 3, cached: false, attempt: 1 })
  expect(attemptView(job, 7)).toBeUndefined()
})

test('web B9 available actions follow state and permission, and others explain why not', () => {
  const view = makeView([makeFailed('test', 1), makeJob('lint')], { state: 'failed' })
  const job = view.jobs[0] ?? null
  expect(availableActions(view, job, true)).toMatchObject({
    retryStep: null,
    retryable: 1,
    retryFailed: null,
    rebuild: null,
  })
  expect(availableActions(view, job, false).rebuild).toContain('not allowed')
  expect(availableActions(view, job, true).cancel).toContain('has ended')
  expect(availableActions(makeView([], { state: 'running' }), null, true)).toMatchObject({
    cancel: null,
    notification: null,
  })
  const gone = makeFailed('test', 1, {
    retry: { allowed: false, reason: 'what it starts from is kept for a day only; rebuild instead' },
  })
  const available = availableActions(makeView([gone], { state: 'failed' }), gone, true)
  expect(available).toMatchObject({ retryIsRebuild: true, retryable: 0 })
  expect(available.retryStep).toContain('kept for a day')
  const after = makeFailed('e2e', 1, { retry: { allowed: false, reason: '`test`, which it needs, has not passed' } })
  const both = availableActions(makeView([makeFailed('test', 1), after], { state: 'failed' }), after, true)
  expect(both).toMatchObject({ retryIsRebuild: false, retryable: 2, retryFailed: null })
})

test('web B9 a canceled build offers to retry canceled steps, and only those that can be retried', () => {
  const retry = { allowed: false, reason: '`slow`, which it needs, has not passed' }
  const [slow, after] = [
    makeJob('slow', { state: 'canceled', retry: { allowed: true, reason: null } }),
    makeJob('after', { state: 'canceled', retry }),
  ]
  const view = makeView([slow, after], { state: 'canceled' })
  const available = availableActions(view, after, true)
  expect(available).toMatchObject({ retryName: 'Retry canceled', retryable: 2, cancel: 'The build has ended' })
  expect(phoneActions({ available, step: after, isEnded: true })).toEqual(['retryFailed', 'rebuild', 'details'])
  expect(availableActions(makeView([makeFailed('test', 1), slow], {}), slow, true).retryName).toBe('Retry failed')
})

test("web B14 a failed rendering shows the build's error", () => {
  const render = makeFailed('', 1, { id: 'render', step_key: null, exit_code: null })
  const build = { state: 'failed', error_code: 'render_failed', error_message: '.hm/ci.ts:3: SyntaxError' } as const
  const view = makeView([], build, { render })
  const shown = withRenderFailure(render, view)
  expect(failureReason(shown)).toBe('the pipeline file failed to render')
  expect(shown.failure?.message).toBe('.hm/ci.ts:3: SyntaxError')
  const step = makeFailed('test', 1)
  expect(withRenderFailure(step, makeView([step], build, { render }))).toBe(step)
})
