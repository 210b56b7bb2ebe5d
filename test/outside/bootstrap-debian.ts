import { execFileSync } from 'node:child_process'
import process from 'node:process'

/**
 * Runs mmdebstrap with these arguments. As root, it makes all mounts that it sees private, among
 * them those that runners share with their steps, so it gets a mount namespace of its own.
 */
export function bootstrapDebian(...args: readonly string[]): void {
  const line = [...(process.getuid?.() === 0 ? ['unshare', '--mount'] : []), 'mmdebstrap', ...args]
  execFileSync('/usr/bin/env', line, { stdio: ['ignore', 'pipe', 'pipe'] })
}
