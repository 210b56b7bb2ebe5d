import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { privilegeMode } from '../../src/privilege/privilege-mode.ts'
import { type Lan, makeLan } from './lan.ts'

const run = promisify(execFile)

/** Targets of attacks on the machine. The tests create all of them and remove them afterwards. */
export interface World {
  /** Known outside only. */
  readonly secret: string
  /** A directory of the machine with the secret in a world-readable file. */
  readonly witness: string
  readonly driver: string
  /** A directory mounted in sandboxes at /opt/shown. */
  readonly shown: string
  /** The layer of the snapshot that sandboxes start from. */
  readonly layer: string
  /** Absent if only abuses are tried, because a machine can have only one. */
  readonly lan: Lan | undefined
  /** A process of the machine's root with the secret in its environment and command line. */
  victim(): number
  /** Parameters of the attempts. */
  readonly env: Readonly<Record<string, string>>
  /** Restarts the victim if it was killed. */
  revive(): Promise<void>
  close(): Promise<void>
}

export async function makeWorld(driver: string, layer: string, withLan: boolean): Promise<World> {
  const secret = `secret-${randomBytes(12).toString('hex')}`
  const witness = await mkdtemp('/var/tmp/harmont-attacked-')
  const shown = join(witness, 'shown')
  const name = witness.split('/').at(-1) ?? ''
  await chmod(witness, 0o755)
  await mkdir(shown)
  await writeFile(join(witness, 'secret'), secret, { mode: 0o644 })
  for (const file of ['file', 'program']) await writeFile(join(shown, file), 'as it was', { mode: 0o644 })
  await writeFile(join(witness, 'agent'), `#!/bin/sh\necho reached >${witness}/released\n`, { mode: 0o755 })
  const servers = await Promise.all([join(witness, 'socket'), `\0${name}`, 0].map((place) => serve(place, secret)))
  await chmod(join(witness, 'socket'), 0o666)
  const address = servers[2]?.address()
  const { stdout } = await run('python3', ['-c', handleAndMemory, join(witness, 'secret'), secret])
  const [handle = '', memory = ''] = stdout.trim().split(' ')
  // An ordinary user's layers have no devices. Without this disk, the attempts target one of the
  // machine's disks, which has secrets of others.
  const disk = privilegeMode.kind === 'mapped' ? undefined : await makeDisk(join(witness, 'disk'), secret)
  if (disk !== undefined) {
    // Imitates an image layer with a device, which only root unpacks.
    await run('mknod', [join(layer, 'opt/kept/disk'), 'b', ...disk.numbers.split(' ')])
    await run('chown', ['100000:100000', join(layer, 'opt/kept/disk')])
    // Only the machine's root can read the kernel's log.
    writeFileSync('/dev/kmsg', `<6>${name} ${secret}\n`)
  }
  const lan = withLan ? await makeLan(secret) : undefined
  let victim = await startVictim(secret)
  const env: Record<string, string> = {
    ...lan?.env,
    DRIVER: driver,
    WITNESS: witness,
    NAME: name,
    VICTIM: String(victim.pid),
    HANDLE: handle,
    SHM: memory,
    DISK: disk?.numbers ?? '254 0',
    PORT: String(typeof address === 'object' ? address?.port : 0),
  }
  return {
    secret,
    witness,
    driver,
    shown,
    layer,
    lan,
    env,
    victim: () => victim.pid ?? 0,
    async revive() {
      if (victim.exitCode === null && victim.signalCode === null) return
      victim = await startVictim(secret)
      env.VICTIM = String(victim.pid)
    },
    async close() {
      victim.kill('SIGKILL')
      await lan?.close()
      for (const server of servers) server.close()
      if (disk !== undefined) await run('losetup', ['--detach', disk.device])
      await run('ipcrm', ['--shmem-id', memory])
      await removeHierarchy(name, join(witness, 'hierarchy'))
      await rm(witness, { recursive: true, force: true })
    },
  }
}

async function serve(place: string | number, secret: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end(secret))
  if (typeof place === 'number') server.listen(place, '::')
  else server.listen(place)
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))
  return server
}

/** Makes a disk of the machine whose content begins with the secret. */
async function makeDisk(file: string, secret: string): Promise<{ readonly device: string; readonly numbers: string }> {
  await writeFile(file, Buffer.concat([Buffer.from(secret), Buffer.alloc(65_536)]), { mode: 0o600 })
  const { stdout } = await run('losetup', ['--find', '--show', file])
  const device = stdout.trim()
  const { stdout: numbers } = await run('stat', ['--format', '%Hr %Lr', device])
  return { device, numbers: numbers.trim() }
}

async function startVictim(secret: string): Promise<ChildProcess> {
  // Waits in the shell itself for input that never comes, so no child remains after a kill of the
  // victim or of this process.
  const victim = spawn('sh', ['-c', 'read line', secret], {
    env: { PATH: process.env.PATH ?? '', SECRET: secret },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await new Promise((resolve, reject) => victim.once('spawn', resolve).once('error', reject))
  return victim
}

/**
 * Removes a hierarchy of control groups. The kernel removes it with its last mount, unless a group
 * in it was being removed. In that case it disappears with the next unmount.
 */
async function removeHierarchy(name: string, place: string): Promise<void> {
  if (!setting('/proc/self/cgroup').includes(`name=${name}:`)) return
  await mkdir(place)
  await run('mount', ['--types', 'cgroup', '--options', `none,name=${name}`, 'none', place])
  await run('umount', [place])
}

/**
 * Prints a file handle, with which the kernel opens the file independent of its path, and the id of
 * a memory segment with the secret.
 */
const handleAndMemory = `
import ctypes, sys
libc = ctypes.CDLL(None)
buffer = ctypes.create_string_buffer((128).to_bytes(4, 'little') + bytes(132), 136)
mount = ctypes.c_int()
assert libc.name_to_handle_at(-100, sys.argv[1].encode(), buffer, ctypes.byref(mount), 0) == 0
length = int.from_bytes(buffer.raw[:4], 'little')
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(0, 4096, 0o1000 | 0o666)
ctypes.memmove(libc.shmat(segment, None, 0), sys.argv[2].encode(), len(sys.argv[2]))
print(buffer.raw[:8 + length].hex(), segment)
`

/** Returns the text of a kernel file, without the newline. */
export function setting(path: string): string {
  return readFileSync(path, 'utf8').trim()
}
