import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createImageStore } from '../images/index.ts'
import { createOciDriver, type OciDriver } from './driver.ts'
import type { RuntimeName } from './runtimes/index.ts'

/**
 * The driver as the suites open it. The images of all test processes are shared and stay: making the `host` base takes seconds.
 */
export function openDriver(
  directory: string,
  options: { readonly egressAllow?: readonly string[]; readonly runtime?: RuntimeName } = {},
): Promise<OciDriver> {
  return createOciDriver({
    directory,
    images: createImageStore({
      directory: join(tmpdir(), 'harmont-test-images'),
      fallbackToHost: false,
      hostAllow: [],
    }),
    network: ['none', 'egress', 'host'],
    egressAllow: options.egressAllow ?? [],
    runtime: options.runtime ?? 'crun',
    collectGraceMs: 0,
  })
}
