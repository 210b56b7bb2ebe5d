import { randomUUID } from 'node:crypto'
import type { ResolvedImage } from '@harmont/sandbox'
import type { Context } from '../context.ts'
import type { LocalHome } from '../records/home.ts'
import { openSandboxes, type Sandboxes } from '../sandboxes/open-sandboxes.ts'
import type { StepFacts } from './judge-sandbox.ts'
import { TooSlow, within } from './time-limit.ts'

const openLimitMs = 10_000
/**
 * Includes the first creation of a base from this machine's programs, which copies them for an
 * ordinary user.
 */
const imageLimitMs = 300_000
const stepLimitMs = 15_000
const line = 'hello from a step'
const limits = { cpu: 1, memoryBytes: 256 * 1024 ** 2, diskBytes: 64 * 1024 ** 2, pids: 64 }

/**
 * Runs a step like `hm run`, on the image that needs no registry. Returns any error as its outcome.
 */
export async function tryStep(home: LocalHome, env: Context['env'], say: (line: string) => void): Promise<StepFacts> {
  try {
    const sandboxes = await within(openLimitMs, openSandboxes(home, 'host', env))
    return await stepIn(sandboxes, say)
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

async function stepIn(sandboxes: Sandboxes, say: (line: string) => void): Promise<StepFacts> {
  const { driver } = sandboxes
  let isStuck = false
  try {
    const image = await within(imageLimitMs, driver.resolveImage('host', say))
    const started = performance.now()
    const { said, code } = await within(stepLimitMs, echo(sandboxes, image))
    const milliseconds = Math.round(performance.now() - started)
    if (said === `${line}\n` && code === 0) return { ok: true, milliseconds, networkProblems: driver.networkProblems }
    return { ok: false, message: `it exited with ${code} and printed ${JSON.stringify(said.slice(0, 200))}` }
  } catch (error) {
    isStuck = error instanceof TooSlow
    throw error
  } finally {
    // Abandons a stuck step as a crash would. The next hm that starts sandboxes cleans up.
    if (isStuck) driver.killAll()
    else await within(openLimitMs, sandboxes.close())
  }
}

async function echo({ driver, networkModes }: Sandboxes, image: ResolvedImage) {
  const [network = 'none'] = networkModes
  const sandbox = await driver.create({ id: `doctor-${randomUUID()}`, label: {}, base: { image }, limits, network })
  try {
    const running = await sandbox.start({
      script: `echo ${line}`,
      env: image.env,
      workingDirectory: '/workspace',
      deadline: new Date(Date.now() + stepLimitMs),
    })
    const pieces: Buffer[] = []
    for await (const { bytes } of running.output(0)) pieces.push(bytes)
    const { code } = await running.exited()
    return { said: Buffer.concat(pieces).toString(), code }
  } finally {
    await sandbox.destroy()
  }
}
