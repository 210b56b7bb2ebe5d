import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createImageStore,
  createOciDriver,
  type ImageStore,
  type OciDriver,
  type OciDriverOptions,
  type Sandbox,
} from '@harmont/sandbox'

/** Measures with a temporary driver and image store. */
export async function withDriver(
  measure: (driver: OciDriver, images: ImageStore) => Promise<string>,
  more: Pick<OciDriverOptions, 'layersTravel' | 'collectGraceMs'> = {},
): Promise<string> {
  const directory = await mkdtemp('/var/tmp/harmont-bench-')
  const images = createImageStore({ directory: join(directory, 'images'), fallbackToHost: false, hostAllow: [] })
  const driver = await createOciDriver({
    directory: join(directory, 'driver'),
    images,
    network: ['none'],
    egressAllow: [],
    runtime: 'crun',
    ...more,
  })
  try {
    return await measure(driver, images)
  } finally {
    await driver.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/**
 * Runs a command to its end. Returns the milliseconds from `began`, an instant of `performance.now()`,
 * to its first output.
 */
export async function firstByte(sandbox: Sandbox, script: string, began: number): Promise<number> {
  const deadline = new Date(Date.now() + 600_000)
  const running = await sandbox.start({
    script,
    env: { PATH: '/usr/bin:/bin' },
    workingDirectory: '/workspace',
    deadline,
  })
  let first = Number.NaN
  for await (const _ of running.output(0)) if (Number.isNaN(first)) first = performance.now() - began
  const exit = await running.exited()
  if (exit.code !== 0) throw new Error(`the command ended with ${exit.code}`)
  return first
}
