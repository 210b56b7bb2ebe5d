import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createImageStore,
  createOciDriver,
  type ImageStore,
  type OciDriver,
  type OciDriverOptions,
} from '@harmont/sandbox'

/** Measures with a driver and images on a directory of their own. */
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
