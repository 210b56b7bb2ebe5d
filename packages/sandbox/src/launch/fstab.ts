import type { MountCall } from '../system/kernel/mount-call.ts'

/**
 * Returns these mounts as input of `mount -a`. One call makes all mounts in order; separate calls
 * would start a process each [2 ms]. Skips sources that seem to be mounted already.
 */
export function fstabOf(mounts: readonly MountCall[]): string {
  return mounts.map(lineOf).concat('').join('\n')
}

function lineOf({ source, target, type, recursive, flags, options, makesTarget, idMap }: MountCall): string {
  const words = [
    ...(type === undefined ? [recursive ? 'rbind' : 'bind'] : []),
    ...flags,
    ...options.map(([name, value]) => (value === null ? name : `${name}=${value}`)),
    ...(makesTarget ? ['X-mount.mkdir'] : []),
    ...(idMap === undefined ? [] : [`X-mount.idmap=${idMap.split('\n').map(mapping).join(' ')}`]),
  ]
  return [source, target, type ?? 'none', words.join(',')].map(escapeField).join(' ').concat(' 0 0')
}

/** Converts a line of an id map to `b:INSIDE:OUTSIDE:COUNT`, which applies to users and groups. */
function mapping(line: string): string {
  return `b:${line.replaceAll(' ', ':')}`
}

function escapeField(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
