import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allJobs, type JobView } from '../data/job-state.ts'
import { makeFailed, makeJob, makeView } from '../testing/make-view.ts'
import { cellOf, movedBy, type StepListChoice, type StepRow, stepRows, stepsOf } from './step-rows.ts'

const choice: StepListChoice = { order: 'state', filter: '', open: new Set(), selected: null }
const shown = (rows: readonly StepRow[]) =>
  rows.map((row) =>
    row.kind === 'group'
      ? `# ${row.title} ${row.count}`
      : row.kind === 'matrix'
        ? `${row.base} ×${row.cells.length}`
        : row.label,
  )

test('web B4 steps are grouped as failed, running, waiting, passed and not run; unknown states come last', () => {
  const states = ['hovering', 'skipped', 'passed', 'pending', 'running', 'timed_out'] as const
  const jobs = states.map((state) => makeJob(state, { state: state as JobView['state'] }))
  const titles = ['Failed', 'Running', 'Waiting', 'Passed', 'Skipped or canceled', 'Other']
  const rows = shown(stepRows(makeView(jobs), choice))
  expect(rows.filter((row) => row.startsWith('#'))).toEqual(titles.map((title) => `# ${title} 1`))
})

test('web B4 both orders list every step once, below its parent', () => {
  const anyJobs = fc
    .array(fc.record({ parent: fc.nat(), isRoot: fc.boolean(), failed: fc.boolean() }), { maxLength: 25 })
    .map((all) =>
      all.map(({ parent, isRoot, failed }, index) =>
        makeJob(`s${index}`, {
          state: failed ? 'failed' : 'passed',
          builds_in: isRoot || index === 0 ? null : `id-s${parent % index}`,
        }),
      ),
    )
  fc.assert(
    fc.property(anyJobs, fc.constantFrom('state' as const, 'graph' as const), (jobs, order) => {
      const steps = stepsOf(stepRows(makeView(jobs), { ...choice, order }))
      expect(steps.map(({ id }) => id).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
      if (order === 'state') return
      const seen = new Set<string>()
      for (const row of stepRows(makeView(jobs), { ...choice, order })) {
        if (row.kind !== 'step') continue
        expect(row.job.builds_in === null || seen.has(row.job.builds_in)).toBe(true)
        expect(row.depth > 0).toBe(row.job.builds_in !== null)
        seen.add(row.job.id)
      }
    }),
  )
})

test('web B4 a chain of 2,000 steps is laid out, with a limited depth', () => {
  const jobs = Array.from({ length: 2000 }, (_, index) =>
    makeJob(`s${index}`, { builds_in: index === 0 ? null : `id-s${index - 1}` }),
  )
  const rows = stepRows(makeView(jobs), { ...choice, order: 'graph' })
  expect(rows).toHaveLength(2000)
  for (const row of rows) if (row.kind === 'step') expect(row.rails.length).toBeLessThanOrEqual(5)
})

test('web B4 four or more matrix cells fold, but the selected one stays visible', () => {
  const cell = (value: string, fields = {}) =>
    makeJob(`t-${value}`, { name: `test (node=${value}, os=linux)`, ...fields })
  const three = [cell('20'), cell('22'), cell('24')]
  expect(shown(stepRows(makeView(three), choice))).toEqual(['# Passed 3', ...three.map(({ name }) => name)])
  const four = [...three, cell('26')]
  expect(shown(stepRows(makeView(four), choice))).toEqual(['# Passed 4', 'test ×4'])
  const [, folded] = stepRows(makeView(four), choice)
  const opened = ['# Passed 4', 'test ×4', ...['20', '22', '24', '26'].map((value) => `node=${value}, os=linux`)]
  expect(shown(stepRows(makeView(four), { ...choice, selected: 'id-t-22' }))).toEqual(opened)
  expect(shown(stepRows(makeView(four), { ...choice, open: new Set([folded?.key ?? '']) }))).toEqual(opened)
})

test('a cell shows its values, and no other name is parsed as a cell', () => {
  expect(cellOf(makeJob('a', { name: 'test (go=1.24.0, race=true)' }))).toEqual({
    base: 'test',
    values: 'go=1.24.0, race=true',
  })
  for (const name of ['test (fast)', 'test', '(a=1)', 'f(x) = (y)', 'test (a=1', ''])
    expect(cellOf(makeJob('a', { name }))).toBeNull()
})

test('web B4 the filter matches names, keys and states, and rendering is the first step', () => {
  const view = makeView(
    [makeFailed('lint', 1), makeJob('test'), makeJob('unit-test', { cached: true })],
    {},
    {
      render: makeJob('', { id: 'render', step_key: null, name: 'Render the pipeline' }),
    },
  )
  expect(stepsOf(stepRows(view, { ...choice, order: 'graph' }))).toEqual(allJobs(view))
  const found = (filter: string) => stepsOf(stepRows(view, { ...choice, filter })).map(({ name }) => name)
  expect(found('test')).toEqual(['test', 'unit-test'])
  expect(found('failed')).toEqual(['lint'])
  expect(found('TEST cached')).toEqual(['unit-test'])
})

test('visible rows move with the majority, and a row that changes its group does not scroll the list', () => {
  const rowsOf = (...keys: string[]) => keys.map((key): StepRow => ({ kind: 'group', key, title: key, count: 1 }))
  const earlier = rowsOf('a', 'b', 'c', 'd', 'e')
  const inSight = earlier.slice(1, 4)
  expect(movedBy(inSight, 1, earlier)).toBe(0)
  expect(movedBy(inSight, 1, rowsOf('x', 'y', 'a', 'b', 'c', 'd', 'e'))).toBe(2)
  expect(movedBy(inSight, 1, rowsOf('b', 'x', 'y', 'a', 'c', 'd', 'e'))).toBe(2)
  expect(movedBy(inSight, 1, rowsOf('d', 'c', 'b'))).toBe(0)
  expect(movedBy(inSight, 1, rowsOf('x'))).toBe(0)
})
