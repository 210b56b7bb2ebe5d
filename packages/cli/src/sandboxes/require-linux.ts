import { exits, HmError } from '../errors.ts'

/**
 * Throws exit 4 on platforms without sandboxes. Called before loading the driver, which reads
 * Linux's own files.
 */
export function requireLinux(): void {
  if (process.platform === 'linux') return
  throw new HmError(exits.unavailable, 'no_sandboxes', `steps run in Linux sandboxes; this is ${process.platform}`, {
    fix: 'hm run --cloud, or hm in a privileged Linux container with the project mounted',
  })
}
