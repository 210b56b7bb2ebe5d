import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeSmallDisk } from '@harmont/outside/small-disk'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ResolvedImage } from '../sandbox-driver.ts'
import { resolveElsewhere } from './image.test-support.ts'
import { createImageStore, type ImageStoreOptions } from './index.ts'

/** Tagged with the process id, because this test may run several times on the same machine. */
const tag = `harmont-test-${process.pid}`
let home: string
const homes: string[] = []
const made: string[] = []
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-host-')
  homes.push(home)
})
afterEach(async () => {
  for (const each of made.splice(0)) await rm(each, { recursive: true, force: true })
})
// Run after all tests: ext4 searches long for inodes after many thousands were removed.
afterAll(() => void execFileSync('rm', ['-rf', ...homes]))

const hostWith = (options: Partial<ImageStoreOptions> = {}, directory = home) =>
  createImageStore({
    directory: path.join(directory, 'store'),
    fallbackToHost: false,
    hostAllow: [],
    ...options,
  }).resolve('host')

/**
 * One base for most tests. It is made with a strict umask while the machine has files that the base
 * must not show or can only copy.
 */
let shared: string
/** The results of two processes that made the base at once, from nothing. */
let atOnce: readonly ResolvedImage[]
const sharedHost = () => hostWith({}, shared)
const mount = `/opt/${tag}-mount`
beforeAll(async () => {
  shared = await mkdtemp('/var/tmp/harmont-host-')
  homes.push(shared)
  await put(`/${tag}-unknown/secret`)
  made.push(`/${tag}-unknown`)
  await put(`/root/${tag}-secret`)
  await put(`/etc/${tag}-secret`)
  await put(`/etc/apt/auth.conf.d/${tag}.conf`)
  await put(`/opt/${tag}-closed`, 0o600)
  await put(`/usr/share/${tag}-closed`, 0o600)
  await put(`/usr/share/${tag}-folder/secret`)
  await chmod(`/usr/share/${tag}-folder`, 0o750)
  made.push(`/usr/share/${tag}-folder`)
  await put(`/var/lib/dpkg/${tag}-closed`, 0o600)
  await put(`/opt/${tag}-open`)
  execFileSync('mkfifo', [`/usr/share/${tag}-pipe`])
  made.push(`/usr/share/${tag}-pipe`)
  await writeFile(await put(`/etc/apt/sources.list.d/${tag}.list`), 'deb https://user:word@example.org/ x y\n')
  made.push(mount)
  await mkdir(mount)
  execFileSync('mount', ['-t', 'tmpfs', tag, mount])
  const before = process.umask()
  try {
    await writeFile(path.join(mount, 'able'), 'able')
    execFileSync('setcap', ['cap_net_raw+ep', path.join(mount, 'able')])
    await writeFile(Buffer.concat([Buffer.from(`${mount}/`), Buffer.from([0xff])]), 'odd')
    await symlink('able', path.join(mount, 'link'))
    execFileSync('mkfifo', [path.join(mount, 'pipe')])
    process.umask(0o077)
    const store = path.join(shared, 'store')
    const makers = [resolveElsewhere(store, 'host'), resolveElsewhere(store, 'host')]
    atOnce = await Promise.all(makers.map((maker) => maker.image()))
  } finally {
    process.umask(before)
    execFileSync('umount', [mount])
    for (const each of made.splice(0)) await rm(each, { recursive: true, force: true })
  }
})

async function put(file: string, mode = 0o644): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, 'planted', { mode })
  made.push(file)
  return file
}

async function isIn(root: string, name: string): Promise<boolean> {
  return lstat(root + name).then(
    () => true,
    () => false,
  )
}

it('shows programs and package state, and nothing else of this machine', async () => {
  const { rootfs, env, digest } = await sharedHost()
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(env.PATH).toContain('/usr/bin')
  expect((await readdir(rootfs)).filter((name) => !TOP.includes(name))).toEqual([])
  for (const name of ['/root', '/home', '/mnt', '/srv', '/run', '/tmp', '/dev', '/proc']) {
    expect([name, await readdir(rootfs + name)]).toEqual([name, []])
  }
  const hidden = [
    'shadow',
    'shadow-',
    'gshadow',
    'passwd-',
    'machine-id',
    'npmrc',
    'pip.conf',
    'ssl/private',
    'ssh/sshd_config',
  ]
  for (const name of [...hidden, `${tag}-secret`, `apt/auth.conf.d/${tag}.conf`, `apt/sources.list.d/${tag}.list`]) {
    expect([name, await isIn(rootfs, `/etc/${name}`)]).toEqual([name, false])
  }
  const closed = ['/opt', '/usr/share', '/var/lib/dpkg'].map((folder) => `${folder}/${tag}-closed`)
  for (const name of [...closed, `/usr/share/${tag}-folder`, `/usr/share/${tag}-pipe`]) {
    expect([name, await isIn(rootfs, name)]).toEqual([name, false])
  }
  for (const name of [
    `/opt/${tag}-open`,
    '/usr/bin/env',
    '/bin/sh',
    '/var/lib/dpkg/status',
    '/etc/ld.so.cache',
    '/etc/ssl/certs',
    '/etc/os-release',
  ]) {
    expect([name, await isIn(rootfs, name)]).toEqual([name, true])
  }
  const passwd = await readFile(path.join(rootfs, 'etc/passwd'), 'utf8')
  expect(passwd).toMatch(/^root:\*:0:0::\/root:/m)
  expect(
    passwd.split('\n').every((line) => line === '' || Number(line.split(':')[2]) < 1000 || line.startsWith('nobody:')),
  ).toBe(true)
})

const TOP = [
  ...[
    'bin',
    'dev',
    'etc',
    'home',
    'lib',
    'lib32',
    'lib64',
    'libo32',
    'libx32',
    'media',
    'mnt',
    'opt',
    'proc',
    'root',
    'run',
  ],
  ...['sbin', 'srv', 'sys', 'tmp', 'usr', 'var'],
]

it('shows what the settings allow, except its own directory and hidden paths', async () => {
  const data = `/opt/${tag}-data`
  made.push(data)
  await put(path.join(data, 'secret'))
  await put(path.join(home, 'tools', 'deep', 'tool'), 0o600)
  const { rootfs } = await hostWith({ hostHide: [data], hostAllow: [home] })
  expect(await readFile(path.join(rootfs, home, 'tools/deep/tool'), 'utf8')).toBe('planted')
  expect(await readdir(path.join(rootfs, 'var/tmp'))).toEqual([path.basename(home)])
  expect(await isIn(rootfs, data)).toBe(false)
  expect(await isIn(rootfs, path.join(home, 'store'))).toBe(false)
})

it('is not built on a disk that is too small for a copy', async () => {
  const disk = makeSmallDisk(256 * 1024 ** 2)
  try {
    const before = disk.freeBytes()
    await expect(hostWith({}, disk.path)).rejects.toMatchObject({
      code: 'image_unavailable',
      message: expect.stringMatching(
        /Could not make the image host: a copy of .* needs up to .* but the disk .* has only \d+ MiB for it/,
      ),
    })
    expect(before - disk.freeBytes()).toBeLessThan(1024 ** 2)
  } finally {
    disk.remove()
  }
})

it('refuses settings that point elsewhere', async () => {
  await put(path.join(home, 'tools', 'tool'))
  await mkdir(path.join(home, 'store'))
  for (const wrong of [
    '/',
    'tools',
    '/srv/../root',
    `${home}/tools/`,
    `${home}/absent`,
    `${home}/store`,
    '/var/run/x',
  ]) {
    await expect(hostWith({ hostAllow: [wrong] })).rejects.toThrow(/HARMONT_HOST_ALLOW/)
  }
  await mkdir(`/run/${tag}-kept`, { recursive: true })
  made.push(`/run/${tag}-kept`)
  await expect(hostWith({ hostAllow: [`/var/run/${tag}-kept`] })).rejects.toThrow(/is a link/)
  await stat(`/run/${tag}-kept`)
})

it('gives users other than root access, whatever the runner’s umask', async () => {
  const { rootfs } = await sharedHost()
  const closed = execFileSync('find', [rootfs, '-maxdepth', '3', '-type', 'd', '!', '-perm', '-o=rx', '-printf', '%P '])
  expect(closed.toString()).toBe('root ')
  expect((await lstat(path.join(rootfs, 'etc/passwd'))).mode & 0o777).toBe(0o644)
})

it('copies from another file system, with capabilities and names that are not UTF-8', async () => {
  const { rootfs } = await sharedHost()
  expect((await readdir(rootfs + mount, 'latin1')).sort()).toEqual(['able', 'link', '\xff'])
  expect(execFileSync('getcap', [`${rootfs}${mount}/able`]).toString()).toContain('cap_net_raw')
})

it('runs its programs, installs packages and keeps system users apart as a lower layer under mapped ids', async () => {
  const { rootfs } = await sharedHost()
  const script = `set -e
    mkdir base up work merged; chown 100000:100000 up work
    mount --bind -o X-mount.idmap=b:0:100000:65536 "$1" base
    mount -t overlay overlay -o redirect_dir=on,lowerdir=base,upperdir=up,workdir=work merged
    mount -t proc proc merged/proc; mount --bind /dev merged/dev
    exec unshare --user --map-users=0:100000:65536 --map-groups=0:100000:65536 --setuid 0 --setgid 0 --root=merged sh -ec '
      su nobody -s /bin/sh -c "id -un"
      mv /usr/share/doc /usr/share/moved
      touch /usr/bin/env
      mkdir -p /build/DEBIAN
      printf "Package: harmont-test\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@x>\\nDescription: x\\n" > /build/DEBIAN/control
      dpkg-deb --build /build /tmp/test.deb > /dev/null
      apt-get install -y /tmp/test.deb > /dev/null 2>&1
      dpkg-query --show harmont-test'`
  const before = await stat('/usr/bin/env')
  const output = execFileSync('unshare', ['--mount', 'sh', '-c', script, 'sh', rootfs], { cwd: home }).toString()
  expect(output).toBe('nobody\nharmont-test\t1\n')
  expect((await stat('/usr/bin/env')).mtimeMs).toBe(before.mtimeMs)
})

it('is made once by two concurrent processes, and again if it was damaged', async () => {
  const first = await sharedHost()
  expect(atOnce).toEqual([first, first])
  expect(await readdir(path.join(shared, 'store', 'roots'))).toHaveLength(1)
  expect(await readdir(path.join(shared, 'store', 'staging'))).toEqual([])
  const inode = (await stat(first.rootfs)).ino
  expect(await sharedHost()).toEqual(first)
  expect((await stat(first.rootfs)).ino).toBe(inode)
  await rm(path.join(first.rootfs, 'etc'), { recursive: true })
  expect(await sharedHost()).toEqual(first)
  await stat(path.join(first.rootfs, 'etc/passwd'))
})
