import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { Bench, command, finish } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { processesOf } from '../cgroups/cgroups.ts'
import { rootIdOf, type SandboxRecord } from '../driver/record.ts'
import { sandboxFiles } from '../layout/layout.ts'
import { kernelThread } from '../system/kernel/kernel-thread.ts'

type Kernel = typeof kernelThread

async function open(kernel: Kernel): Promise<{ readonly bench: Bench; readonly directory: string }> {
  const root = mkdtempSync('/var/tmp/harmont-setup-')
  const directory = join(root, 'driver')
  const bench = await Bench.open(await openDriver(directory, { kernel }), 'host', directory)
  onTestFinished(async () => {
    await bench.destroyAll()
    await bench.driver.close()
    rmSync(root, { recursive: true, force: true })
  })
  return { bench, directory }
}

/**
 * Returns the properties of a waiting launcher, with values that differ between two launchers
 * replaced by names.
 */
async function described(kernel: Kernel, network: 'none' | 'egress' | 'host') {
  const { bench, directory } = await open(kernel)
  const sandbox = await bench.create({ network, secretFiles: true })
  const files = sandboxFiles(join(directory, 'sandboxes'), sandbox.handle.id)
  const record = JSON.parse(readFileSync(files.record, 'utf8')) as SandboxRecord
  const [pid = 0] = await processesOf(record.groups.payload)
  const plain = (text: string): string =>
    text
      .replaceAll(directory, 'DRIVER')
      .replaceAll(sandbox.handle.id, 'ID')
      .replaceAll(String(rootIdOf(record)), 'ROOT')
      .replaceAll(String(rootIdOf(record) + 5), 'TERMINALS')
      .replaceAll(record.link ?? 'no link', 'LINK')
      .replace(/harmont-[0-9a-f]{8}/g, 'MEMORY')
      .replace(/10\.\d+\.\d+\.\d+/g, 'ADDRESS')
      .replace(/user:\[\d+\]/g, 'USERS')
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .filter((text) => text.includes(' /run/harmont'))
  const net = (...args: readonly string[]) =>
    plain(execFileSync('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', ...args], { encoding: 'utf8' }))
  const namespace =
    network === 'host' ? [] : [net('route'), net('neigh'), net('-br', 'address').replace(/@if\d+|fe80\S+/g, '')]
  const users = execFileSync(
    'nsenter',
    [`--user=/proc/${pid}/root/run/harmont/user`, 'cat', '/proc/self/uid_map', '/proc/self/gid_map'],
    { encoding: 'utf8' },
  )
  const found = {
    // Omits the numbers of mounts, devices and mount groups.
    mounts: mounts.map((text) =>
      plain(text.replace(/^\d+ \d+ \S+ /, '').replace(/(shared|master|propagate_from):\d+/g, '$1')),
    ),
    namespace,
    users: plain(users),
    blocks: statSync(files.spool).blocks,
    isHeld: existsSync(files.spoolReserved),
  }
  expect(await finish(await sandbox.start(command('echo ran')))).toMatchObject({ stdout: 'ran\n', exit: { code: 0 } })
  return found
}

test.each(['none', 'egress', 'host'] as const)(
  'a thread sets up a sandbox exactly as programs do without the thread’s library: %s',
  async (network) => {
    const [byThread, byPrograms] = [
      await described(kernelThread, network),
      await described(async () => undefined, network),
    ]
    expect(byThread).toEqual(byPrograms)
    expect(byThread.mounts.length).toBeGreaterThan(8)
    expect(byThread.isHeld).toBe(true)
  },
)

test('G02 a sandbox whose launcher is killed before its setup is made with another launcher', async () => {
  const kernel = await kernelThread()
  if (kernel === undefined) throw new Error('the library does not load here')
  let killed = 0
  const { bench } = await open(async () => kernel)
  const ask = kernel.ask.bind(kernel)
  onTestFinished(() => void Reflect.deleteProperty(kernel, 'ask'))
  kernel.ask = async (name, request) => {
    if (name === 'mount' && killed === 0) {
      const path = (request as { readonly process: string }).process
      killed = Number(/^Pid:\t(\d+)$/m.exec(readFileSync(`${path}/status`, 'utf8'))?.[1])
      process.kill(killed, 'SIGKILL')
      while (existsSync(`${path}/status`)) await new Promise((resolve) => setImmediate(resolve))
    }
    return ask(name, request)
  }
  expect(await bench.print('echo made')).toBe('made\n')
  expect(killed).toBeGreaterThan(0)
})
