import { spawn } from 'node:child_process'
import { pipeline } from 'node:stream/promises'
import { waitForSuccess } from '../system/processes.ts'

/**
 * Copies paths (each ended by NUL) with owners, modes, hard links, holes, times and extended
 * attributes.
 */
export async function copyPaths(from: string, to: string, paths: Buffer): Promise<void> {
  const common = ['--numeric-owner', '--acls', '--xattrs', '--xattrs-include=*', '--format=posix', '--file=-']
  const named = ['--no-recursion', '--null', '--verbatim-files-from', '--files-from=-']
  const pack = spawn('tar', ['--create', '--sparse', ...common, '--directory', from, ...named], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // If tar ends early, its exit code gives the reason.
  pack.stdin.on('error', () => {})
  pack.stdin.end(paths)
  const unpack = spawn('tar', ['--extract', ...common, '--directory', to, '--same-owner', '--preserve-permissions'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  // A failing process breaks the other's pipe. The failing process's own message is reported. The
  // extracting process may close its end right after the end of the archive, which is not an error
  // if both succeed.
  const flowed = pipeline(pack.stdout, unpack.stdin).catch(() => {})
  const ended = await Promise.allSettled([waitForSuccess(unpack), waitForSuccess(pack), flowed])
  for (const each of ended) if (each.status === 'rejected') throw each.reason
}
