import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { firstId, idCount } from '../../privilege/id-ranges.ts'
import { waitForSuccess } from '../../system/processes.ts'

interface MappedProcess {
  readonly input: Writable
  readonly output: Readable
  /** Resolves when the process exits with 0; otherwise rejects with its stderr. */
  readonly succeeded: Promise<void>
}

/** Starts a program in a directory, which may be in another mount namespace. */
export type StartMapped = (directory: string, program: string, args: readonly string[]) => MappedProcess

/**
 * Calls `use` with a function that starts programs as root of a sandbox. Their ids are those
 * inside, files outside a sandbox belong to other users, and no device can be created. An attacker
 * may control the programs' input and output.
 */
export async function withMappedIds<T>(use: (start: StartMapped) => Promise<T>): Promise<T> {
  // Keeps the namespace alive while its id maps are written.
  const holder = spawn('unshare', ['--user', 'sh', '-c', 'echo; read -r _'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => {
    holder.once('error', () => resolve())
    holder.once('close', () => resolve())
  })
  try {
    const failed = ended.then(() =>
      Promise.reject(new Error('could not create a user namespace: is unshare installed?')),
    )
    await Promise.race([once(holder.stdout, 'data'), failed])
    for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${holder.pid}/${map}`, `0 ${firstId} ${idCount}\n`)
    return await use((directory, program, args) => start(holder, directory, program, args))
  } finally {
    holder.stdin.end()
    await ended
  }
}

function start(holder: ChildProcess, cwd: string, program: string, args: readonly string[]): MappedProcess {
  const enter = [`--user=/proc/${holder.pid}/ns/user`, '--setuid=0', '--setgid=0', '--', program, ...args]
  const child = spawn('nsenter', enter, { cwd, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
  const succeeded = waitForSuccess(child, program)
  // Handled early, because the caller may await another promise first.
  succeeded.catch(() => {})
  return { input: child.stdin, output: child.stdout, succeeded }
}

/**
 * Returns tar's options for archiving files of a view unchanged. tar reads the names from stdin,
 * each ended by NUL.
 * @param pax further words of `--pax-option`.
 */
export function tarOptions(...pax: readonly string[]): readonly string[] {
  return [
    '--create',
    '--format=posix',
    `--pax-option=${[...pax, 'delete=atime', 'delete=ctime'].join(',')}`,
    '--sparse',
    '--sparse-version=1.0',
    '--numeric-owner',
    '--acls',
    '--xattrs',
    '--xattrs-include=user.*',
    '--xattrs-include=security.capability',
    '--no-recursion',
    '--null',
    '--verbatim-files-from',
    '--files-from=-',
    '--file=-',
  ]
}
