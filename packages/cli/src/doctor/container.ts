import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { requireImage } from '../container/docker.ts'
import { HmError } from '../errors.ts'
import { type Check, checksOf } from './check.ts'
import { within } from './time-limit.ts'

const start = promisify(execFile)
const limitMs = 3000
const { ok, warning, failure } = checksOf('sandbox')

/** Checks the requirements of steps in a container: Docker, and the image of hm. */
export async function checkContainer(image: string): Promise<Check[]> {
  try {
    await within(limitMs, requireImage(image))
  } catch (error) {
    if (!(error instanceof HmError)) throw error
    return [failure('container', error.message, error.fix ?? 'hm run --cloud needs no sandboxes here')]
  }
  const format = '--format={{.Server.Version}}, {{.Server.Os}}/{{.Server.Arch}}'
  const { stdout } = await start('docker', ['version', format], { timeout: limitMs, killSignal: 'SIGKILL' })
  return [
    ok('Docker', stdout.trim()),
    ok('image', image),
    warning('a real step', 'not tried: the step would run in the container', 'hm run tries it'),
  ]
}
