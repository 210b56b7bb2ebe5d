import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedImages } from '@harmont/outside/shared-images'
import type { OciDriver, OciDriverOptions } from '../src/driver/driver.ts'
import { createOciDriver } from '../src/driver/open-driver.ts'
import { createImageStore } from '../src/images/index.ts'
import type { RuntimeName } from '../src/launch/runtimes/index.ts'
import { openTestLayout } from '../src/layout/layout.test-support.ts'
import { privilegeMode } from '../src/privilege/privilege-mode.ts'

/**
 * All test processes share the images, which are kept: making the `host` base takes seconds. Root
 * of an ordinary user's namespace is not the machine's root.
 */
const images = privilegeMode.kind === 'mapped' ? join(tmpdir(), 'harmont-test-images') : sharedImages

/** Opens the driver for the suites. */
export async function openDriver(
  directory: string,
  options: {
    readonly egressAllow?: readonly string[]
    readonly runtime?: RuntimeName
    readonly takenForMs?: number
    readonly layersTravel?: boolean
    readonly kernel?: OciDriverOptions['kernel']
    readonly preparesAhead?: boolean
  } = {},
): Promise<OciDriver> {
  // Removes what a killed driver, or one that kept sandboxes, leaves in memory.
  openTestLayout(directory)
  return createOciDriver({
    directory,
    images: createImageStore({ directory: images, fallbackToHost: false, hostAllow: [] }),
    network: ['none', 'egress', 'host'],
    egressAllow: options.egressAllow ?? [],
    runtime: options.runtime ?? 'crun',
    collectGraceMs: 0,
    ...(options.layersTravel === undefined ? {} : { layersTravel: options.layersTravel }),
    preparesAhead: options.preparesAhead ?? true,
    ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
    ...(options.takenForMs === undefined ? {} : { takenForMs: options.takenForMs }),
  })
}
