import process from 'node:process'
import { firstId, idCount, stage } from '../layout/layout.ts'
import { footing } from '../privilege/privilege-mode.ts'

/** What `mount -a` reads. One call mounts all in order, where a call each would cost a process each [2 ms]. */
export type Fstab = string

/**
 * Root of a user namespace cannot map the ids of the machine's file systems. What it shows is stored as sandboxes see it, or belongs to nobody there.
 */
const idMap = (rootId: number): string[] =>
  footing.kind === 'mapped' ? [] : [`X-mount.idmap=b:0:${rootId}:${idCount}`]

/**
 * How a merged file system notes what lower layers cannot show. A user namespace has attributes of the kind `user` only, with which the kernel keeps no
 * directory's way elsewhere: who renames one of an earlier step gets EXDEV, and copies it as `mv` does.
 */
const notes = footing.kind === 'mapped' ? 'userxattr' : 'redirect_dir=on'

/** Paths on the stage of a launcher. */
export const staged = {
  root: `${stage}/root`,
  base: `${stage}/base`,
  /** The driver's directory and its snapshots, with the sandbox's ids for those on the disk. */
  files: `${stage}/files`,
  snapshots: `${stage}/snapshots`,
  sys: `${stage}/sys`,
  cgroup: `${stage}/cgroup`,
  terminals: `${stage}/terminals`,
  /** The user namespace that the sandbox shall have, where it has an owner of its own. */
  user: `${stage}/user`,
  script: `${stage}/script`,
  resolvConf: `${stage}/resolv.conf`,
  secrets: `${stage}/secrets`,
  readOnly: (index: number): string => `${stage}/read-only-${index}`,
  view: (index: number): string => `${stage}/view-${index}`,
}

/** Leads to a path below `stage` in another mount namespace, by a descriptor of its stage that this process holds. */
export function onStage(held: number, path: string): string {
  return `/proc/${process.pid}/fd/${held}${path.slice(stage.length)}`
}

/**
 * What all sandboxes' stages share. crun refuses machines with both kinds of control groups: what it sees of them here is empty, and
 * the monitor finds them elsewhere.
 */
export const stageFstab: Fstab = [
  line('harmont-stage', stage, 'tmpfs', 'mode=755'),
  line('/sys/fs/cgroup', staged.cgroup, 'none', 'rbind,X-mount.mkdir'),
  line('harmont-cgroup', '/sys/fs/cgroup', 'tmpfs', 'mode=755'),
  '',
].join('\n')

const cgroupMount = '/sys/fs/cgroup'

/** Where a launcher finds a control group once its stage is set. */
export function stagedGroup(path: string): string {
  return path.startsWith(`${cgroupMount}/`) ? staged.cgroup + path.slice(cgroupMount.length) : path
}

export interface LayerStack {
  /** Absolute root of the image. */
  readonly image: string
  /** Frozen upper directories and the skeleton, the newest first, relative to the driver's directory. */
  readonly layers: readonly string[]
}

export interface RootMounts {
  /** The driver's. */
  readonly directory: string
  /** What root inside is on the machine. */
  readonly rootId: number
  readonly stack: LayerStack
  /** Relative to the driver's directory. */
  readonly upper: string
  readonly work: string
  readonly readOnlyMounts: readonly { readonly source: string }[]
  /** Lines that the runtime adds. */
  readonly runtimeStage: readonly string[]
  /** Absolute path of its resolv.conf; null: the image's. */
  readonly resolvConf: string | null
  /** Absolute path of its /run/secrets; null: none. */
  readonly secrets: string | null
}

/**
 * The writable root of a sandbox and what the runtime puts into it. `volatile`: a sync inside reaches no disk; snapshots are
 * synced on their own.
 */
export function rootFstab(mounts: RootMounts): Fstab {
  const { rootId, stack, upper, work, readOnlyMounts, runtimeStage, resolvConf, secrets } = mounts
  const { lines, place } = files(mounts)
  // An image may bring device nodes, and root inside owns them.
  const options = ['nodev', notes, 'volatile', ...lowerOptions(stack, staged.base, place)]
  return [
    ...lines,
    baseLine(stack.image, staged.base, rootId),
    line(
      'overlay',
      staged.root,
      'overlay',
      [...options, `upperdir=${place(upper)}`, `workdir=${place(work)}`, 'X-mount.mkdir'].join(','),
    ),
    ...runtimeStage,
    ...(resolvConf === null ? [] : [line(resolvConf, staged.resolvConf, 'none', 'bind,ro')]),
    ...(secrets === null ? [] : [line(secrets, staged.secrets, 'none', 'bind,ro,nosuid,nodev,noexec,X-mount.mkdir')]),
    ...readOnlyMounts.map(({ source }, index) =>
      line(source, staged.readOnly(index), 'none', ['bind,ro,X-mount.mkdir', ...idMap(rootId)].join(',')),
    ),
    '',
  ].join('\n')
}

/**
 * Mounts what the driver has, with the sandbox's own ids for those on the disk, and says where a path is then. The machine's root, who makes what a merged file
 * system needs, stays who it is. Snapshots may be a link to another place, which a mount of the directory does not lead to.
 */
function files({ directory, rootId, stack }: RootMounts): {
  readonly lines: readonly string[]
  readonly place: (path: string) => string
} {
  if (footing.kind === 'mapped') return { lines: [], place: (path) => path }
  const options = `bind,X-mount.mkdir,X-mount.idmap=b:0:0:1 b:${firstId}:${rootId}:${idCount}`
  const isOnSnapshots = stack.layers.some((path) => path.startsWith(snapshots))
  return {
    lines: [
      line(directory, staged.files, 'none', options),
      ...(isOnSnapshots ? [line(`${directory}/snapshots`, staged.snapshots, 'none', options)] : []),
    ],
    place: (path) =>
      path.startsWith(snapshots) ? `${staged.snapshots}/${path.slice(snapshots.length)}` : `${staged.files}/${path}`,
  }
}

const snapshots = 'snapshots/'

/** A stack to look at; with `upper` and `work` (relative too) also to write to. */
export interface ViewedStack extends LayerStack {
  readonly upper?: string
  readonly work?: string
}

/** Merged views, one per stack. */
export function viewFstab(stacks: readonly ViewedStack[]): Fstab {
  return stacks
    .flatMap((stack, index) => {
      const base = `${staged.base}-${index}`
      const own = stack.upper === undefined ? ['ro'] : ['volatile', `upperdir=${stack.upper}`, `workdir=${stack.work}`]
      const options = [...own, notes, ...lowerOptions(stack, base), 'X-mount.mkdir']
      return [baseLine(stack.image, base, firstId), line('overlay', staged.view(index), 'overlay', options.join(','))]
    })
    .concat('')
    .join('\n')
}

function baseLine(image: string, target: string, rootId: number): string {
  return line(image, target, 'none', ['bind,ro,X-mount.mkdir', ...idMap(rootId)].join(','))
}

function lowerOptions(stack: LayerStack, base: string, place = (path: string): string => path): string[] {
  // One option a layer: the kernel takes 255 bytes an option.
  return [...stack.layers.map(place), base].map((path) => `lowerdir+=${path}`)
}

/** A line of an fstab. `mount -a` leaves out what seems mounted already: a source of no file has a name of our own. */
export function line(source: string, target: string, type: string, options: string): string {
  return [source, target, type, options].map(escapeField).join(' ').concat(' 0 0')
}

function escapeField(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
