import { expect, test } from 'vitest'
import { Intention } from './idempotency.ts'
import { ApiProblem, describeProblem, noAnswer } from './problem.ts'

function refusal(status: number, code: string): ApiProblem {
  return new ApiProblem(describeProblem(status, new Headers(), { error: { code, message: 'No.' } }))
}

/** Sends requests that the server answers with these outcomes; returns the number of each key. */
async function keysOf(...sent: readonly (readonly [contents: unknown, outcome: Error | 'done'])[]) {
  const intention = new Intention()
  const keys: string[] = []
  for (const [contents, outcome] of sent) {
    const answer = intention.send(contents, async (key) => {
      keys.push(key)
      if (outcome !== 'done') throw outcome
      return outcome
    })
    await (outcome === 'done' ? expect(answer).resolves.toBe('done') : expect(answer).rejects.toBe(outcome))
  }
  expect(keys).toEqual(keys.map(() => expect.stringMatching(/^[0-9a-f]{32}$/)))
  return keys.map((key) => [...new Set(keys)].indexOf(key))
}

const [plain, uncached] = [{ withoutCache: false }, { withoutCache: true }]
const lost = noAnswer(new TypeError('Failed to fetch'))

test('web X5 a request keeps its key until the server has answered it', async () => {
  const unanswered = [lost, refusal(502, 'bad_gateway'), refusal(429, 'rate_limited')]
  for (const failure of [...unanswered, refusal(409, 'idempotency_key_in_progress')])
    expect(await keysOf([plain, failure], [plain, lost], [plain, 'done']), failure.message).toEqual([0, 0, 0])
})

test('web X5 a refused request can be sent again under a new key', async () => {
  expect(await keysOf([plain, refusal(422, 'build_plan_rejected')], [plain, 'done'])).toEqual([0, 1])
})

test('web X5 a request with other contents, or after a success, has a new key', async () => {
  expect(await keysOf([plain, lost], [uncached, lost], [uncached, 'done'])).toEqual([0, 1, 1])
  expect(await keysOf([plain, 'done'], [plain, 'done'])).toEqual([0, 1])
})
