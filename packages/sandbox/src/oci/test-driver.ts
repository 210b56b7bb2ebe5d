import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedImages } from '@harmont/outside/shared-images'
import { afterFile } from '@harmont/test-kit/file'
import { createImageStore } from '../images/index.ts'
import { footing } from '../ordinary/footing.ts'
import { createOciDriver, type OciDriver } from './driver.ts'
import { openLayout } from './layout.ts'
import type { RuntimeName } from './runtimes/index.ts'

/** The images of all test processes are shared and stay: making the `host` base takes seconds. Root of an ordinary user's namespace is not the machine's root. */
const images = footing.kind === 'mapped' ? join(tmpdir(), 'harmont-test-images') : sharedImages

/** Opens the driver as the suites do. */
export async function openDriver(
  directory: string,
  options: {
    readonly egressAllow?: readonly string[]
    readonly runtime?: RuntimeName
    readonly takenForMs?: number
  } = {},
): Promise<OciDriver> {
  const { passing } = await openLayout(directory)
  // Of a driver that was killed, or left sandboxes.
  afterFile(() => rmSync(passing, { recursive: true, force: true }))
  return createOciDriver({
    directory,
    images: createImageStore({ directory: images, fallbackToHost: false, hostAllow: [] }),
    network: ['none', 'egress', 'host'],
    egressAllow: options.egressAllow ?? [],
    runtime: options.runtime ?? 'crun',
    collectGraceMs: 0,
    ...(options.takenForMs === undefined ? {} : { takenForMs: options.takenForMs }),
  })
}
