import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from '../../src/sandbox-driver.ts'
import { command } from '../bench.ts'
import type { Attempt, Seen } from './attempt.ts'
import { pidsOf, recordOf } from './control.ts'
import type { World } from './world.ts'

const runner = readFileSync(new URL('run-inside.py', import.meta.url), 'utf8')

/**
 * Makes the attempts in one sandbox, one after another. Returns the results of each, observed while
 * its resources still existed.
 */
export async function runAttempts(
  sandbox: Sandbox,
  attempts: readonly Attempt[],
  world: World,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Seen[]> {
  const script = `cat >/dev/shm/attempts <<'END'\n${JSON.stringify(attempts.map(({ code }) => code))}\nEND\npython3 - <<'END'\n${runner}\nEND`
  const running = await sandbox.start({
    ...command(script, { env: { ...world.env, ...env } }),
    deadline: new Date(Date.now() + 300_000),
  })
  const said: string[] = []
  const errors: string[] = []
  for await (const { stream, bytes } of running.output(0)) {
    ;(stream === 'stdout' ? said : errors).push(bytes.toString())
    if (said.join('').endsWith('null\n')) break
  }
  const lines = said.join('').trim().split('\n')
  if (lines.pop() !== 'null') throw new Error(`the attempts were cut off after ${lines.at(-1)}: ${errors.join('')}`)
  const record = await recordOf(world.driver, sandbox)
  const pids = await pidsOf(record)
  const upper = join(world.driver, 'sandboxes', sandbox.handle.id, 'upper')
  return lines.map((line) => ({ ...(JSON.parse(line) as Pick<Seen, 'succeeded' | 'output'>), pids, upper }))
}
