/** Runs schedules of a simulated fleet with `simulate.ts` in separate processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { effort, scaled, seed } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import { plants } from './plants.ts'

const simulate = fileURLToPath(new URL('simulate.ts', import.meta.url))

async function run(
  ...args: readonly (string | number)[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [simulate, ...args.map(String)])
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const [code] = await once(child, 'close')
  return { code, output }
}

test('G01 G02 G03 G04 G05 G06 G10 G12 G78 G92 G131 schedules of faults break no guarantee', async () => {
  const schedules = scaled(30, 10_000)
  const { code, output } = await run(seed, schedules)
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(`${schedules} schedules`) })
})

/** Planted bugs to find; the others take longer. */
const sought = effort === 1 ? ['log-from-start'] : Object.keys(plants)

test.for(sought)('the planted bug "%s" is found', async (bug) => {
  const { code, output } = await run(1, 400, bug)
  expect(code).toBe(1)
  expect(output).toMatch(/Broken: seed \d+: G\d\d/)
})
