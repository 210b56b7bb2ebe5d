import { expect, test } from 'vitest'
import { graphOf } from '../graph/graph-model.ts'
import { type StepListChoice, stepRows, stepsOf } from '../step-list/step-rows.ts'
import { at, makeJob, makeView } from '../testing/make-view.ts'
import { waterfallOf } from '../waterfall/rows.ts'

const plan = makeJob('plan', { attempts: [{ job_id: 'plan-1' }, { job_id: 'id-plan' }] as never })
/** In the server's order: the pipeline's own steps first. */
const jobs = [
  plan,
  makeJob('deps'),
  makeJob('report', { depends_on: ['id-plan'], after_appended: ['id-plan'] }),
  // Appended by an earlier attempt of its generator.
  makeJob('a', { appended_by: 'plan-1', builds_in: 'id-plan', depends_on: ['id-plan'] }),
  makeJob('b', { appended_by: 'id-plan', depends_on: ['id-a'] }),
  makeJob('c', { appended_by: 'id-plan', builds_in: 'id-deps', depends_on: ['id-deps'] }),
  makeJob('d', { appended_by: 'id-plan', builds_in: 'id-a', depends_on: ['id-a'] }),
  makeJob('e', { appended_by: 'id-c' }),
]
const view = makeView(jobs)
const choice: StepListChoice = { order: 'graph', filter: '', open: new Set(), selected: null }

test('G135 appended steps are listed below the step that appended them, or below an appended parent', () => {
  const rows = stepRows(view, choice).flatMap((row) => (row.kind === 'step' ? [`${row.depth} ${row.label}`] : []))
  expect(rows).toEqual(['0 plan', '1 a', '2 d', '1 b', '1 c', '2 e', '0 deps', '0 report'])
  expect(stepsOf(stepRows(view, { ...choice, filter: 'b' })).map(({ name }) => name)).toEqual(['b'])
})

test('the waterfall shows appended steps behind their generator', () => {
  const newest = waterfallOf(view, 0).rows.flatMap(({ jobId, stepId, name }) => (jobId === stepId ? name : []))
  expect(newest).toEqual(['plan', 'a', 'b', 'c', 'e', 'd', 'deps', 'report'])
})

test('in the graph they follow their generator, and the steps that wait for all of them follow the last ones', () => {
  const name = (id: string) => id.replace('id-', '')
  const edges = graphOf(jobs).edges.map(({ from, to, kind }) => `${name(from)} ${kind} ${name(to)}`)
  expect(edges.toSorted()).toEqual([
    'a builds_in d',
    'a depends_on b',
    'b depends_on report',
    'c depends_on e',
    'd depends_on report',
    'deps builds_in c',
    'e depends_on report',
    'plan builds_in a',
    'plan depends_on c',
  ])
})

test('the critical path goes through appended steps', () => {
  const during = (from: number, to: number) => ({
    ...{ scheduled_at: at(from), assigned_at: at(from) },
    ...{ started_at: at(from), finished_at: at(to) },
  })
  const timed = [
    makeJob('plan', during(0, 1)),
    makeJob('report', { depends_on: ['id-plan'], after_appended: ['id-plan'], ...during(4, 5) }),
    makeJob('a', { appended_by: 'id-plan', ...during(1, 4) }),
  ]
  const { path } = waterfallOf(makeView(timed, { finished_at: at(5) }), 0)
  expect(path.map(({ attempt }) => attempt?.step)).toEqual(['id-plan', 'id-a', 'id-report'])
})
