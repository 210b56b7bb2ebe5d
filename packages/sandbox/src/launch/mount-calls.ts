import type { MountCall, MountFlag } from '../system/kernel/mount-call.ts'
import type { Fstab } from './mounts.ts'

const flagNames: readonly string[] = ['ro', 'nosuid', 'nodev', 'noexec'] satisfies MountFlag[]
const isFlag = (name: string): name is MountFlag => flagNames.includes(name)

/** Returns what `mount -a` would do with an fstab, as calls of the kernel. */
export function mountCallsOf(fstab: Fstab): readonly MountCall[] {
  return fstab.split('\n').filter(Boolean).map(mountCallOf)
}

function mountCallOf(line: string): MountCall {
  const [source = '', target = '', type = '', given = ''] = line.split(' ').map(unescapeField)
  const options = given.split(',')
  const isBind = options.includes('bind') || options.includes('rbind')
  const idMap = options.find((option) => option.startsWith(idMapOption))?.slice(idMapOption.length)
  return {
    source,
    target,
    type: isBind ? undefined : type,
    recursive: options.includes('rbind'),
    flags: options.filter(isFlag),
    options: options.filter((option) => !isFlag(option) && !isOfMount(option)).map(nameAndValue),
    makesTarget: options.includes('X-mount.mkdir'),
    idMap: idMap?.split(' ').map(mapLine).join('\n'),
  }
}

const idMapOption = 'X-mount.idmap='

/** Returns whether an option concerns mount(8), and no file system. */
function isOfMount(option: string): boolean {
  return option === 'bind' || option === 'rbind' || option.startsWith('X-')
}

function nameAndValue(option: string): readonly [string, string | null] {
  const at = option.indexOf('=')
  return at === -1 ? [option, null] : [option.slice(0, at), option.slice(at + 1)]
}

/** Converts `b:INSIDE:OUTSIDE:COUNT`, which holds for users and groups, to a line of an id map. */
function mapLine(part: string): string {
  return part.split(':').slice(1).join(' ')
}

function unescapeField(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
