import process from 'node:process'
import { parsePlan, planAppended } from '@harmont/ir'
import { expect, test } from 'vitest'
import { parseApart, planApart } from './parse-apart.ts'

const pipeline = (steps: number) =>
  JSON.stringify({
    version: '0',
    steps: Array.from({ length: steps }, (_, n) => ({ type: 'command', key: `s${n}`, cmd: 'true' })),
  })

/** Parses a text; also returns whether other work had a turn before the answer. */
async function parsed(ir: string) {
  let others = false
  setImmediate(() => {
    others = true
  })
  return { result: await parseApart(ir), others }
}

test.each([
  ['a large pipeline', pipeline(3_000), true],
  ['a large text that is none', '{"a":'.repeat(100_000), false],
  ['many members', `{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":0`).join(',')}}`, false],
])('G57 other requests are answered while %s is parsed, with the same result', async (_, ir, ok) => {
  const { result, others } = await parsed(ir)
  expect([others, result.ok]).toEqual([true, ok])
  expect(result).toEqual(parsePlan(ir))
})

test('G57 other requests are answered while many generator documents are planned', async () => {
  const files = Array.from({ length: 3 }, (_, n) => ({
    name: `${n}`,
    text: pipeline(1_500).replaceAll('"s', `"s${n}-`),
  }))
  let others = false
  setImmediate(() => {
    others = true
  })
  const planned = await planApart(files)
  expect([others, planned]).toEqual([true, planAppended(files)])
})

test('a small pipeline is parsed at once', async () => {
  const ir = pipeline(10)
  expect(await parsed(ir)).toEqual({ result: parsePlan(ir), others: false })
})

test('G57 many large pipelines share two threads, and each gets its answer', async () => {
  const threads = () =>
    (process.report.getReport() as unknown as { readonly workers: readonly unknown[] }).workers.length
  const before = threads()
  const most: number[] = []
  const parses = Array.from({ length: 5 }, async () => {
    const { ok } = await parseApart(pipeline(3_000))
    most.push(threads() - before)
    return ok
  })
  expect(await Promise.all(parses)).toEqual([true, true, true, true, true])
  expect(Math.max(...most)).toBeLessThanOrEqual(2)
})
