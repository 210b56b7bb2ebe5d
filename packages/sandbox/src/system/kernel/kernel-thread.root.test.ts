import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { takeDescriptors } from '@harmont/test-kit/descriptors'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { isScarcity } from '../scarcity.ts'
import { type KernelThread, kernelThread } from './kernel-thread.ts'
import type { Uplink } from './links.ts'
import type { MountCall } from './mount-call.ts'
import type { Reservation } from './space.ts'

let kernel: KernelThread
let directory: string
/** A process in its own namespaces, and its /proc directory. */
let holder: ChildProcess
let place: string
let fd: number

beforeEach(async () => {
  const found = await kernelThread()
  if (found === undefined) throw new Error('the library does not load here')
  kernel = found
  directory = mkdtempSync('/var/tmp/harmont-kernel-')
  holder = spawn('unshare', ['--mount', '--net', 'sh', '-c', 'echo; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (holder.stdout === null) throw new Error('no output')
  await once(holder.stdout, 'data')
  fd = openSync(`/proc/${holder.pid}`, 'r')
  place = `/proc/self/fd/${fd}`
})
afterEach(() => {
  // After every test, all threads must be in the process's own namespaces.
  for (const what of ['ns/mnt', 'ns/net', 'root', 'cwd'])
    for (const task of readdirSync('/proc/self/task'))
      if (what !== 'cwd')
        expect(readlinkSync(`/proc/self/task/${task}/${what}`)).toBe(readlinkSync(`/proc/self/${what}`))
  closeSync(fd)
  holder.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

const bind = (source: string, target: string, more: Partial<MountCall> = {}): MountCall => ({
  source,
  target,
  type: undefined,
  recursive: false,
  flags: [],
  options: [],
  makesTarget: false,
  idMap: undefined,
  ...more,
})
const none: Reservation = { path: '/dev/null', length: 1 }
const ask = (mounts: readonly MountCall[], reservation: Reservation) =>
  kernel.ask('mount', { process: place, directory, mounts, reservation })
const mount = (...mounts: readonly MountCall[]) => ask(mounts, none)
const inside = (program: string, ...args: readonly string[]) => {
  const where = `/proc/${process.pid}/fd/${fd}/ns`
  return execFileSync('nsenter', [`--mount=${where}/mnt`, `--net=${where}/net`, program, ...args], { encoding: 'utf8' })
}
// Unique on this machine.
const ownBytes = `${(process.pid >> 8) & 255}.${process.pid & 255}`
const [own, gateway] = [`100.64.${ownBytes}`, `100.65.${ownBytes}`]
const uplink: Uplink = { peer: `hmk${process.pid}`, address: own, gateway, hardware: '02:00:00:00:00:01' }

it('a mount is only in the namespace of the process, with its flags and ids', async () => {
  const [source, target] = ['source', 'target'].map((name) => join(directory, name)) as [string, string]
  mkdirSync(source)
  writeFileSync(join(source, 'file'), 'text')
  await mount(
    bind(source, target, { makesTarget: true, flags: ['ro', 'nosuid', 'nodev', 'noexec'], idMap: '0 70000 1' }),
  )
  expect(inside('stat', '-c', '%u', join(target, 'file'))).toBe('70000\n')
  expect(inside('findmnt', '-no', 'OPTIONS', target)).toMatch(/^ro,nosuid,nodev,noexec/)
  expect(readdirSync(target)).toEqual([])
})

it.each<[string, Partial<MountCall>, string, RegExp]>([
  ['a source that is absent', { source: '/absent' }, 'ENOENT', /open_tree \/absent/],
  ['a target that is absent', { target: '/absent' }, 'ENOENT', /move_mount \/absent/],
  ['an unknown kind', { type: 'nothing' }, 'ENODEV', /fsopen nothing/],
  ['an unknown option', { type: 'tmpfs', options: [['sise', '1']] }, 'EINVAL', /sise: .*Unknown parameter/],
  ['an invalid value of an option', { type: 'tmpfs', options: [['size', 'x']] }, 'EINVAL', /size/],
  ['an id map that the kernel refuses', { idMap: '0 0 0' }, 'EINVAL', /write/],
])('reports why the kernel refuses %s', async (_, wrong, code, words) => {
  const target = join(directory, 'target')
  mkdirSync(target)
  const refused = mount(bind(directory, target, wrong))
  await expect(refused).rejects.toMatchObject({ code })
  await expect(refused).rejects.toThrow(words)
})

it('follows no link at the end of a target', async () => {
  const target = join(directory, 'link')
  execFileSync('ln', ['-s', '/etc', target])
  await expect(mount(bind(directory, target))).rejects.toMatchObject({ code: 'EINVAL', syscall: 'move_mount' })
})

it('the namespaces of an ended process are not entered', async () => {
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await expect(mount()).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOENT|ESRCH)$/) })
})

it('reports a lack of file descriptors, and works once there are some', async () => {
  await mount()
  const giveBack = takeDescriptors()
  const refused = await mount(bind(directory, directory)).catch(isScarcity)
  giveBack()
  expect(refused).toBe(true)
  await mount(bind(directory, directory))
})

/** Makes the file that keeps a user namespace alive. */
function usersOf() {
  const users = { owner: 0x4000_0123, idMap: '0 1342177280 65536', place: join(directory, 'user') }
  writeFileSync(users.place, '')
  return users
}

it('a user namespace has its map and owner, and is kept alive by its file', async () => {
  const users = usersOf()
  const kept = users.place
  await kernel.ask('prepare', { process: place, users, links: undefined })
  expect(inside('nsenter', `--user=${kept}`, 'cat', '/proc/self/uid_map').trim().split(/\s+/)).toEqual([
    '0',
    '1342177280',
    '65536',
  ])
  const NS_GET_OWNER_UID = 0xb704
  const ask = `import fcntl,struct; print(struct.unpack('I', fcntl.ioctl(open('${kept}'), ${NS_GET_OWNER_UID}, b'0000'))[0])`
  expect(inside('python3', '-c', ask)).toBe(`${users.owner}\n`)
  // Neither this process's user nor its children have changed. Holders of earlier tests are reaped
  // when the event loop runs.
  expect(statSync(`/proc/${process.pid}/task`).uid).toBe(0)
  await until(
    () => execFileSync('sh', ['-c', `ps -o stat= --ppid ${process.pid}`], { encoding: 'utf8' }),
    (states) => !states.includes('Z'),
  )
})

it('a link is up on both sides, and its other end is in this namespace; a second one is refused', async () => {
  const ip = (...args: readonly string[]) => execFileSync('ip', args, { encoding: 'utf8' })
  const local = ['local', gateway, 'dev', 'lo']
  ip('route', 'add', ...local)
  // The link also disappears with its namespace.
  onTestFinished(() => {
    spawnSync('ip', ['link', 'delete', uplink.peer])
    ip('route', 'delete', ...local)
  })
  const job = { process: place, users: usersOf(), links: { uplink } }
  await kernel.ask('prepare', job)
  expect(inside('ip', '-br', 'address')).toMatch(new RegExp(`^lo .*127\\.0\\.0\\.1/8[^]*eth0@.* ${own}/32`))
  // The kernel notes a moment later that the link has a carrier.
  const routes = await until(
    () => inside('ip', 'route'),
    (shown) => !shown.includes('linkdown'),
  )
  expect(routes).toBe(`default via ${gateway} dev eth0 \n${gateway} dev eth0 scope link \n`)
  expect(inside('ip', 'neigh')).toBe(`${gateway} dev eth0 lladdr 02:00:00:00:00:01 PERMANENT \n`)
  const shown = ip('address', 'show', 'dev', uplink.peer)
  expect(shown).toMatch(/<[^>]*\bUP\b[^>]*>[\s\S]*link\/ether 02:00:00:00:00:01/)
  expect(shown).not.toContain('inet')
  expect(ip('route', 'show', 'dev', uplink.peer)).toBe(`${own} scope link src ${gateway} \n`)
  await expect(kernel.ask('prepare', job)).rejects.toMatchObject({ code: 'EEXIST', syscall: 'rtnetlink' })
})

it('space is reserved beyond the end of a file, if its file system supports it', async () => {
  const path = join(directory, 'spool')
  expect(await ask([], { path, length: 1 << 20 })).toBe(true)
  expect(statSync(path)).toMatchObject({ size: 0, blocks: 2048 })
  expect(await ask([], none)).toBe(false)
  await expect(ask([], { path: join(directory, 'no/spool'), length: 1 })).rejects.toMatchObject({
    code: 'ENOENT',
    syscall: 'open',
  })
})

it('a lack of file descriptors does not mean that the library is missing: the next call starts the thread', () => {
  const script = `
    const { openSync, closeSync } = await import('node:fs')
    const { kernelThread } = await import(process.argv[1])
    const taken = []
    try { for (;;) taken.push(openSync('/dev/null')) } catch {}
    const short = await kernelThread()
    for (const fd of taken) closeSync(fd)
    console.log(short === undefined, (await kernelThread())?.alive)`
  const call = [process.execPath, '--input-type=module', '-e', script, join(import.meta.dirname, 'kernel-thread.ts')]
  const said = execFileSync('sh', ['-c', 'ulimit -n 100; exec "$@"', 'sh', ...call], { encoding: 'utf8' })
  expect(said).toBe('true true\n')
})
