import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addRun,
  beginProof,
  type ForkResult,
  type ForkRun,
  giveUp,
  nextRun,
  type Proof,
  type TestVerdict,
} from './proof.ts'

/**
 * Behavior of a test: the percentages of runs in which it is red, and in which it has no result.
 */
interface Manner {
  readonly whole: number
  readonly alone: number
  readonly silent: number
  readonly hasFile: boolean
}

interface Seen {
  readonly run: ForkRun
  readonly result: ForkResult
}

const named = (key: string) => ({ key, suite: 's', name: key, file: 'a.test.ts' })

/** Runs a proof to its end. Returns the verdicts, and the results of each test. */
function prove(begun: Proof, show: (key: string, run: ForkRun) => ForkResult) {
  const verdicts = new Map<string, TestVerdict>()
  const seen = new Map<string, Seen[]>(begun.open.map(({ key }) => [key, []]))
  let proof = begun
  for (let run = nextRun(proof); run !== null; run = nextRun(proof)) {
    const asked = run.kind === 'whole' ? proof.open.map(({ key }) => key) : [run.key]
    const results = new Map(asked.map((key) => [key, show(key, run)]))
    for (const [key, result] of results) seen.get(key)?.push({ run, result })
    const after = addRun(proof, run, results)
    for (const verdict of after.verdicts) {
      expect(verdicts.has(verdict.key)).toBe(false)
      verdicts.set(verdict.key, verdict)
    }
    proof = after.proof
  }
  return { verdicts, seen }
}

const chance = fc.constantFrom(0, 0, 20, 50, 80, 100, 100)
const manner = fc.record<Manner>({
  whole: chance,
  alone: chance,
  silent: fc.constantFrom(0, 0, 0, 30, 100),
  hasFile: fc.boolean(),
})

test('G71 each verdict follows from the results of the runs, whatever the tests do', () => {
  const commands = fc.constantFrom(null, 'vitest $HARMONT_TEST_FILE', 'pytest -k $HARMONT_TEST_NAME')
  const forksOf = fc.integer({ min: 1, max: 12 })
  fc.assert(
    fc.property(
      fc.array(manner, { maxLength: 14 }),
      commands,
      forksOf,
      fc.infiniteStream(fc.nat(99)),
      (manners, rerun, forks, dice) => {
        const tests = manners.map(({ hasFile }, index) => {
          const { file, ...rest } = named(`t${index}`)
          return hasFile ? { ...rest, file } : rest
        })
        const roll = () => Number(dice.next().value)
        const { verdicts, seen } = prove(beginProof(tests, { forks, rerun }), (key, { kind }) => {
          const of = manners[Number(key.slice(1))]
          if (of === undefined || roll() < of.silent) return null
          return roll() < of[kind] ? 'failed' : 'passed'
        })
        for (const { key } of tests) {
          const runs = seen.get(key) ?? []
          const results = (kind: ForkRun['kind']) =>
            runs.flatMap(({ run, result }) => (run.kind === kind ? [result] : []))
          const [whole, alone] = [results('whole'), results('alone')]
          const verdict = verdicts.get(key)
          expect(whole.length).toBeLessThanOrEqual(forks)
          expect(alone.length).toBeLessThanOrEqual(rerun === null ? 0 : forks)
          switch (verdict?.verdict) {
            case 'flaky':
              expect(whole.includes('passed') || (alone.includes('passed') && alone.includes('failed'))).toBe(true)
              expect(verdict.passed).toBeGreaterThan(0)
              break
            case 'fails':
              expect([...whole, ...alone]).not.toContain('passed')
              expect([...whole, ...alone]).toContain('failed')
              expect(verdict).toMatchObject({ forks, passed: 0 })
              break
            case 'order':
              expect(new Set(alone)).toContain('passed')
              expect(alone).not.toContain('failed')
              expect(new Set(whole)).toEqual(new Set(['failed']))
              break
            default:
              expect(verdict?.verdict).toBe('unknown')
              expect(runs.some(({ result }) => result === null)).toBe(true)
          }
        }
      },
    ),
  )
})

const always =
  (results: Partial<Record<ForkRun['kind'], ForkResult>>) =>
  (_: string, { kind }: ForkRun) =>
    results[kind] ?? null
const verdictOf = (show: (key: string, run: ForkRun) => ForkResult, rerun: string | null = null, forks = 10) =>
  prove(beginProof([named('a')], { forks, rerun }), show).verdicts.get('a')

test('a green run of the red command ends the proof', () => {
  let runs = 0
  expect(verdictOf(() => (++runs < 3 ? 'failed' : 'passed'))).toEqual({
    key: 'a',
    verdict: 'flaky',
    forks: 3,
    passed: 1,
  })
})

test('a test that is always red has the verdict `fails`, by the shorter command if there is one', () => {
  expect(verdictOf(always({ whole: 'failed' }))).toEqual({ key: 'a', verdict: 'fails', forks: 10, passed: 0 })
  const alone = always({ alone: 'failed' })
  expect(verdictOf(alone, 'one')).toEqual({ key: 'a', verdict: 'fails', forks: 10, passed: 0 })
})

test('a test that is green alone is not flaky because of that: it depends on the other tests', () => {
  const show = always({ whole: 'failed', alone: 'passed' })
  expect(verdictOf(show, 'one')).toEqual({ key: 'a', verdict: 'order', forks: 10, passed: 0 })
  expect(verdictOf(show)?.verdict).toBe('fails')
})

test('a command for one test that never reports it is not run again', () => {
  expect(verdictOf(always({ whole: 'failed' }), 'one')).toMatchObject({ verdict: 'fails', forks: 10 })
  const { seen } = prove(beginProof([named('a')], { forks: 10, rerun: 'one' }), always({ whole: 'failed' }))
  expect(seen.get('a')?.filter(({ run }) => run.kind === 'alone')).toHaveLength(2)
})

test('more than ten red tests only run together', () => {
  const many = Array.from({ length: 11 }, (_, index) => named(`t${index}`))
  expect(nextRun(beginProof(many, { forks: 1, rerun: 'one' }))).toEqual({ kind: 'whole' })
  expect(nextRun(beginProof(many.slice(1), { forks: 1, rerun: 'one' }))).toEqual({ kind: 'alone', key: 't1' })
})

test('an abandoned proof has the verdict `unknown`, with the number of its runs', () => {
  const begun = beginProof([named('a'), named('b')], { forks: 10, rerun: null })
  const { proof } = addRun(
    begun,
    { kind: 'whole' },
    new Map([
      ['a', 'failed' as const],
      ['b', 'passed' as const],
    ]),
  )
  expect(giveUp(proof)).toEqual([{ key: 'a', verdict: 'unknown', forks: 1, passed: 0 }])
})
