import { expect, test } from 'vitest'
import { SingleFlight } from './single-flight.ts'

test('many concurrent calls cost two runs, and no call gets the result of a run that started before it', async () => {
  const flights = new SingleFlight()
  let asked = 0
  const ask = () =>
    flights.run('how many', async () => {
      asked += 1
      const begun = asked
      await new Promise(setImmediate)
      return begun
    })
  const answers = await Promise.all(Array.from({ length: 1000 }, ask))
  expect(new Set(answers)).toEqual(new Set([1, 2]))
  expect(answers.filter((answer) => answer === 1)).toHaveLength(1)
  expect(await ask()).toBe(3)
})

test('a failure reaches the calls of its run, and the next call runs again', async () => {
  const flights = new SingleFlight()
  const fails = () =>
    flights.run('what', async () => {
      throw new Error('away')
    })
  const first = fails()
  const second = flights.run('what', async () => 'here')
  await expect(first).rejects.toThrow('away')
  expect(await second).toBe('here')
})
