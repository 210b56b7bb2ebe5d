import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import process from 'node:process'

/**
 * Removes a tree, including files that an ordinary user's sandboxes left under ids that only their
 * namespace may remove, and images of layers that a killed runner left mounted.
 */
export function removeTree(path: string): void {
  for (const mounted of mountsBelow(path)) execFileSync('umount', ['--lazy', mounted])
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    if (process.getuid?.() === 0) throw error
    execFileSync('unshare', ['--user', '--map-auto', '--map-root-user', 'rm', '-rf', '--', path])
  }
}

/** Returns the places of mounts below a directory, the last one first. */
function mountsBelow(path: string): readonly string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const places = lines.map((line) => line.split(' ')[4] ?? '')
  return places.filter((place) => place.startsWith(`${path}/`)).reverse()
}
