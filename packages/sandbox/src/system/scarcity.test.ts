import process from 'node:process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { untilAffordable } from './scarcity.ts'

it('work that fails for lack of resources is repeated, and a warning gives the reason', async () => {
  const failures = ['EMFILE', 'EAGAIN'].map((code) => Object.assign(new Error(`${code}: too many`), { code }))
  const warnings: Error[] = []
  process.once('warning', (warning) => warnings.push(warning))
  const work = () => {
    const failure = failures.shift()
    if (failure !== undefined) throw failure
    return 'done'
  }
  expect(await untilAffordable(work)).toBe('done')
  await nextTurn()
  expect(warnings).toMatchObject([{ name: 'Scarcity', message: expect.stringContaining('EMFILE: too many') }])
})

it('any other failure is thrown immediately', async () => {
  await expect(untilAffordable(() => Promise.reject(new Error('no such file')))).rejects.toThrow('no such file')
})
