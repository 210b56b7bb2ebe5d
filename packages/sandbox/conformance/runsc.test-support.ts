import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { until } from '@harmont/test-kit/until'
import type { OciDriver } from '../src/driver/driver.ts'
import { openDriver as open } from './test-driver.ts'

const run = promisify(execFile)

/** The driver as the suites open it, with gVisor's runtime. */
export function openDriver(
  directory: string,
  options: { readonly egressAllow?: readonly string[] } = {},
): Promise<OciDriver> {
  return open(directory, { ...options, runtime: 'runsc' })
}

/**
 * Returns the ids of the gVisor kernels that run commands `sleep N.MARK`, once for each command: a
 * command has no other process on the machine.
 */
export async function markedProcesses(mark: string): Promise<readonly number[]> {
  const found = await Promise.all((await kernels()).map((kernel) => commandsIn(kernel, mark)))
  return found.flat()
}

interface Kernel {
  readonly pid: number
  readonly root: string
}

async function kernels(): Promise<readonly Kernel[]> {
  const found: Kernel[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const words = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0')
    const root = words.find((word) => word.startsWith('--root='))?.slice('--root='.length)
    // Skips the kernels of other suites, which may no longer answer.
    if (words[0] === 'runsc-sandbox' && root?.includes('/test-')) found.push({ pid: Number(name), root })
  }
  return found
}

async function commandsIn(kernel: Kernel, mark: string): Promise<readonly number[]> {
  const list = await until(
    () => listIn(kernel),
    (text) => text !== undefined,
  )
  const commands = [...(list ?? '').matchAll(/(?<=^|\0)sleep\0\d+\.(\d+)\0/g)]
  return commands.flatMap(([, own]) => (own === mark ? [kernel.pid] : []))
}

/**
 * Returns the command lines in a sandbox. Undefined while its kernel starts or ends, and does not
 * answer; it may belong to another run of these tests.
 */
async function listIn({ pid, root }: Kernel): Promise<string | undefined> {
  // Some processes end while they are read.
  const list = 'cat /proc/[0-9]*/cmdline; exit 0'
  try {
    return (await run('runsc', ['--root', root, 'exec', '--cwd=/', 'c', 'sh', '-c', list])).stdout
  } catch {
    // A kernel that has ended runs nothing.
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) === '' ? '' : undefined
  }
}
