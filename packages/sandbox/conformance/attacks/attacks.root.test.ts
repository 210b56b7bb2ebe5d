import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attempt, Verdict } from './attempt.ts'
import { egressAttempts } from './attempts/network.ts'
import { attempts } from './attempts.ts'
import { followLinks, linkAttempts } from './links.ts'
import { controlRuns, Stage } from './stage.ts'

describe.each(['crun', 'runsc'] as const)('attempts to escape from %s', (runtime) => {
  let stage: Stage

  beforeAll(async () => {
    stage = await Stage.open(runtime, true)
  })
  afterAll(() => stage.close())

  it('G20 G21 G22 every attempt is refused or contained', async () => {
    expect(successes(attempts, await stage.attempt(attempts, 'none'))).toEqual([])
  })

  it('G23 no attempt reaches a forbidden destination through egress', async () => {
    expect(successes(egressAttempts, await stage.attempt(egressAttempts, 'egress'))).toEqual([])
  })

  if (runtime === 'crun') {
    it.each(linkAttempts)('G20 the runner follows no link: $name', async (attempt) => {
      expect(await followLinks(stage, attempt, 'naive')).toBe('succeeds')
      expect(await followLinks(stage, attempt, 'runner')).toBe('refused')
    })

    it.each(controlRuns(attempts))('control: succeeds without %s', async (_, without, tried) => {
      expect(successes(tried, await stage.attempt(tried, 'none', without))).toEqual(tried.map(({ name }) => name))
    })

    // Run last, because they remove packet rules that the other tests need.
    it.each(controlRuns(egressAttempts))('control: with egress, succeeds without %s', async (_, without, tried) => {
      expect(successes(tried, await stage.attempt(tried, 'egress', without))).toEqual(tried.map(({ name }) => name))
    })
  }
})

function successes(tried: readonly Attempt[], verdicts: readonly Verdict[]): readonly string[] {
  return tried.filter((_, index) => verdicts[index] === 'succeeds').map(({ name }) => name)
}
