import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { seccompProfile } from '../launch/seccomp.ts'
import { helperEnvironment, usualPath } from '../system/machine.ts'
import { childEnd } from '../system/processes.ts'
import { ToolFailed } from '../system/tool-failed.ts'

const script = fileURLToPath(new URL('jail.sh', import.meta.url))

export interface JailedProgram {
  readonly args: readonly string[]
  /** The files that the program sees besides the machine's programs. */
  readonly binds: readonly { readonly source: string; readonly target: string; readonly writable?: boolean }[]
  /**
   * `read`: every visible file and attribute. `none`: only those that an ordinary user can read.
   */
  readonly rights: 'read' | 'none'
  /** Whether the program uses only processor and disk time that no other process needs. */
  readonly isIdle: boolean
  /** Limits the size of each file that the program writes, in bytes. */
  readonly mostFileBytes?: number
}

/** Directories of programs and their libraries; on some machines they are links. */
const systemDirectories = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']

/**
 * Allow reading files of other owners and the overlay's attributes. The system call filter refuses
 * everything else that CAP_SYS_ADMIN permits.
 */
const readingRights = ['CAP_DAC_READ_SEARCH', 'CAP_SYS_ADMIN']
const nobody = 65_534
const limits = { cpuSeconds: 1_800, memoryBytes: 4 * 1024 ** 3 }
const ENOTTY = 25

/**
 * Runs a program that reads files of steps: under crun, with no network, a read-only file system
 * and few rights. Rejects with `ToolFailed`.
 * @param scratch an existing directory, in which nothing remains.
 * @param use receives the program's standard output.
 */
export async function runJailed<T>(
  scratch: string,
  program: JailedProgram,
  use: (output: Readable) => Promise<T>,
): Promise<T> {
  const bundle = join(scratch, `jail-${randomUUID()}`)
  await makeBundle(bundle, program)
  try {
    const name = program.args[0] ?? ''
    const child = spawn(
      'unshare',
      [
        '--mount',
        '--propagation=slave',
        '/bin/sh',
        script,
        join(bundle, 'state'),
        bundle,
        program.isIdle ? 'idle' : 'now',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: helperEnvironment },
    )
    // Node.js drops the unread output of a program that has ended.
    const output = child.stdout.pipe(new PassThrough())
    const [used, { code, signal, complaint }] = await Promise.all([
      use(output).then(
        (value) => ({ value }),
        (error: unknown) => {
          // The output is no longer read, so the program ends at its next write.
          child.stdout.destroy()
          return { error }
        },
      ),
      childEnd(child),
    ])
    // If it printed no error of its own, it failed only because its output was closed.
    if (code !== 0 && ('value' in used || complaint !== ''))
      throw new ToolFailed(`${name} failed (${signal ?? `exit ${code}`})`, complaint)
    if ('error' in used) throw used.error
    return used.value
  } finally {
    await rm(bundle, { recursive: true, force: true })
  }
}

/** Reads a program's output to its end, and discards it. */
export async function discard(output: Readable): Promise<void> {
  for await (const _ of output);
}

async function makeBundle(bundle: string, program: JailedProgram): Promise<void> {
  const root = join(bundle, 'rootfs')
  await mkdir(root, { recursive: true })
  // A program without rights must be able to enter this directory too. The directories above are
  // closed to other users.
  await chmod(root, 0o755)
  const binds = [...program.binds]
  for (const name of systemDirectories) {
    const source = `/${name}`
    if (!existsSync(source)) continue
    if (lstatSync(source).isSymbolicLink()) await symlink(readlinkSync(source), join(root, name))
    else binds.push({ source, target: source })
  }
  for (const target of ['/dev', '/proc']) await mkdir(join(root, target))
  for (const { source, target } of binds)
    if (lstatSync(source).isDirectory()) await mkdir(join(root, target))
    else await writeFile(join(root, target), '')
  await writeFile(join(bundle, 'config.json'), JSON.stringify(jailConfig(program, binds)))
}

function jailConfig({ args, rights, mostFileBytes }: JailedProgram, binds: JailedProgram['binds']): object {
  const own = rights === 'read' ? readingRights : []
  const id = rights === 'read' ? 0 : nobody
  const limit = (type: string, most: number) => ({ type, soft: most, hard: most })
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: id, gid: id },
      args,
      env: [`PATH=${usualPath}`, 'LC_ALL=C', 'TZ=UTC'],
      cwd: '/',
      noNewPrivileges: true,
      capabilities: { bounding: own, effective: own, permitted: own },
      rlimits: [
        limit('RLIMIT_CORE', 0),
        limit('RLIMIT_CPU', limits.cpuSeconds),
        limit('RLIMIT_AS', limits.memoryBytes),
        ...(mostFileBytes === undefined ? [] : [limit('RLIMIT_FSIZE', mostFileBytes)]),
      ],
    },
    root: { path: 'rootfs', readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'noexec', 'mode=755', 'size=64k'] },
      ...binds.map(({ source, target, writable }) => ({
        destination: target,
        type: 'bind',
        source,
        options: ['rbind', writable === true ? 'rw' : 'ro', 'nosuid', 'nodev'],
      })),
    ],
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'network'].map((type) => ({ type })),
      seccomp: withoutIoctl(),
    },
  }
}

/**
 * Returns the filter without ioctl: with CAP_SYS_ADMIN, requests to a file system could freeze it.
 */
function withoutIoctl(): object {
  const profile = seccompProfile()
  return {
    ...profile,
    syscalls: [
      ...profile.syscalls.map((rule) => ({ ...rule, names: rule.names.filter((name) => name !== 'ioctl') })),
      { names: ['ioctl'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOTTY },
    ],
  }
}
