import { expect, test } from 'vitest'
import type { JobView } from '../data/job-state.ts'
import { workClockOf } from '../data/work-clock.ts'
import { at, epoch, makeJob, makeView } from '../testing/make-view.ts'
import { barOf, scaleOf } from './build-scale.ts'

type Span = readonly [from: number, to: number | null]

/**
 * Builds a step with an attempt for each span of seconds. All but the first were retried by a
 * person or by the step's policy.
 */
function tried(key: string, spans: readonly Span[], cause = 'manual'): JobView {
  const attempts = spans.map(([from, to], index) => ({
    ...{ number: index + 1, job_id: index === spans.length - 1 ? `id-${key}` : `${key}-${index}` },
    ...{ cause: index === 0 ? 'first' : cause, state: 'passed', exit_code: 0 },
    ...{ started_at: at(from), finished_at: to === null ? null : at(to) },
  }))
  const newest = attempts.at(-1)
  const times = { started_at: newest?.started_at ?? null, finished_at: newest?.finished_at ?? null }
  return makeJob(key, { attempts, ...times, scheduled_at: newest?.started_at ?? null })
}

const read = (jobs: readonly JobView[], seconds: readonly number[]) =>
  seconds.map((second) => (workClockOf(jobs)(epoch + second * 1000) - epoch) / 1000)

test('the clock stands still between the end of a build and each manual retry', () => {
  const jobs = [
    tried('a', [
      [0, 10],
      [100, 110],
      [200, 210],
    ]),
    tried('b', [
      [0, 20],
      [105, 130],
    ]),
  ]
  expect(read(jobs, [0, 10, 20, 60, 100, 130, 200, 210])).toEqual([0, 10, 20, 20, 20, 50, 50, 60])
})

test.for([
  [
    'the delay of a policy is time of the build',
    [
      tried(
        'a',
        [
          [0, 10],
          [70, 80],
        ],
        'policy',
      ),
    ],
  ],
  [
    'nothing stands still while another step runs',
    [
      tried('a', [
        [0, 10],
        [70, 80],
      ]),
      tried('b', [[0, 75]]),
    ],
  ],
  [
    'nor while one runs still',
    [
      tried('a', [[0, null]]),
      tried('b', [
        [0, 10],
        [70, 80],
      ]),
    ],
  ],
  ['nor without attempts', [makeJob('a')]],
] as const)('%s', ([, jobs]) => {
  expect(read(jobs, [0, 40, 80])).toEqual([0, 40, 80])
})

test('the bars of a retried build are as long as the work that they show', () => {
  const jobs = [
    tried('a', [
      [0, 50],
      [2_150, 2_200],
    ]),
    tried('b', [[0, 25]]),
  ]
  const scale = scaleOf(makeView(jobs, { started_at: at(0), finished_at: at(2_200) }))
  expect(jobs.map((job) => barOf(job, scale, 0))).toEqual([
    { left: 50, width: 50 },
    { left: 0, width: 25 },
  ])
})
