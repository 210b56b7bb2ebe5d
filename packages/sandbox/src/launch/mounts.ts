import process from 'node:process'
import { skeletonName } from '../layout/layout.ts'
import { firstId, idCount } from '../privilege/id-ranges.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { stage } from '../system/machine.ts'

/**
 * Input of `mount -a`. One call mounts everything in order; separate calls would need a process
 * each [2 ms].
 */
export type Fstab = string

/**
 * A user namespace's root cannot map ids of the machine's file systems. There, files already have
 * the ids of sandboxes, or belong to nobody.
 */
const idMap = (rootId: number): string[] =>
  privilegeMode.kind === 'mapped' ? [] : [`X-mount.idmap=b:0:${rootId}:${idCount}`]

/**
 * How overlays record what lower layers cannot show. A user namespace only has attributes of kind
 * `user`, which cannot redirect directories: renaming one from an earlier step fails with EXDEV,
 * and `mv` copies it.
 */
const notes = privilegeMode.kind === 'mapped' ? 'userxattr' : 'redirect_dir=on'

/** Paths on a launcher's stage. */
export const staged = {
  root: `${stage}/root`,
  base: `${stage}/base`,
  /** The driver's directory and its snapshots, with ids mapped to the sandbox's. */
  files: `${stage}/files`,
  snapshots: `${stage}/snapshots`,
  sys: `${stage}/sys`,
  /** A read-only mount of crun; see prefork-server.sh. */
  crun: `${stage}/crun`,
  cgroup: `${stage}/cgroup`,
  terminals: `${stage}/terminals`,
  /** The sandbox's user namespace, if it has its own owner. */
  user: `${stage}/user`,
  script: `${stage}/script`,
  split: `${stage}/split`,
  resolvConf: `${stage}/resolv.conf`,
  hosts: `${stage}/hosts`,
  secrets: `${stage}/secrets`,
  /** The command's output directory, which is no part of its files; see keep-output.sh. */
  output: `${stage}/output`,
  readOnly: (index: number): string => `${stage}/read-only-${index}`,
  view: (index: number): string => `${stage}/view-${index}`,
}

/**
 * Returns the path of a file on a stage in another mount namespace, through an open descriptor of
 * that stage.
 */
export function onStage(stageFd: number, path: string): string {
  return `/proc/${process.pid}/fd/${stageFd}${path.slice(stage.length)}`
}

/**
 * Mounts common to all stages. crun refuses machines with both kinds of control groups: it sees an
 * empty directory here, and the monitor finds the groups elsewhere.
 */
export const stageFstab: Fstab = [
  line('harmont-stage', stage, 'tmpfs', 'mode=755'),
  line('/sys/fs/cgroup', staged.cgroup, 'none', 'rbind,X-mount.mkdir'),
  line('harmont-cgroup', '/sys/fs/cgroup', 'tmpfs', 'mode=755'),
  '',
].join('\n')

const cgroupMount = '/sys/fs/cgroup'

/** Returns where a launcher finds a control group after setting up its stage. */
export function stagedGroup(path: string): string {
  return path.startsWith(`${cgroupMount}/`) ? staged.cgroup + path.slice(cgroupMount.length) : path
}

export interface LayerStack {
  /** Absolute root of the image. */
  readonly image: string
  /**
   * Frozen upper directories and the skeleton, newest first, relative to the driver's directory.
   */
  readonly layers: readonly string[]
}

export interface RootMounts {
  /** The driver's directory. */
  readonly directory: string
  /** The sandbox's root, as a user id of the machine. */
  readonly rootId: number
  readonly stack: LayerStack
  /** Relative to the driver's directory. */
  readonly upper: string
  readonly work: string
  readonly readOnlyMounts: readonly { readonly source: string }[]
  /** Additional lines of the runtime. */
  readonly runtimeStage: readonly string[]
  /** Absolute path of its resolv.conf; null for the image's. */
  readonly resolvConf: string | null
  /** Absolute path of its /etc/hosts; null for the image's. */
  readonly hosts: string | null
  /** Absolute path of its /run/secrets; null for none. */
  readonly secrets: string | null
}

/**
 * Returns the mounts of a sandbox's writable root and the runtime's additions. `volatile`: a sync
 * inside does not reach the disk; snapshots are synced separately.
 */
export function rootFstab(mounts: RootMounts): Fstab {
  const { rootId, stack, upper, work, readOnlyMounts, runtimeStage, resolvConf, hosts, secrets } = mounts
  const { lines, place } = files(mounts)
  // An image may contain device nodes, which root inside owns.
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
    outputLine(rootId),
    ...(hosts === null ? [] : [line(hosts, staged.hosts, 'none', 'bind,ro')]),
    ...(secrets === null ? [] : [line(secrets, staged.secrets, 'none', 'bind,ro,nosuid,nodev,noexec,X-mount.mkdir')]),
    ...readOnlyMounts.map(({ source }, index) =>
      line(source, staged.readOnly(index), 'none', ['bind,ro,X-mount.mkdir', ...idMap(rootId)].join(',')),
    ),
    '',
  ].join('\n')
}

/**
 * Mounts the driver's files with the sandbox's ids, and returns where a path is then. The machine's
 * root, who makes the overlay's internal files, keeps its id. Snapshots may be a link to another
 * place, which the mount of the directory does not follow.
 */
function files({ directory, rootId, stack }: RootMounts): {
  readonly lines: readonly string[]
  readonly place: (path: string) => string
} {
  if (privilegeMode.kind === 'mapped') return { lines: [], place: (path) => path }
  const options = `bind,X-mount.mkdir,X-mount.idmap=b:0:0:1 b:${firstId}:${rootId}:${idCount}`
  const isOnSnapshots = stack.layers.some((path) => path.startsWith(snapshots))
  return {
    lines: [
      // With the images mounted below it, whose ids are mapped in the same step: mount(8) starts a
      // process for each line with ids.
      line(directory, staged.files, 'none', hasImages(stack) ? `r${options}` : options),
      ...(isOnSnapshots ? [line(`${directory}/snapshots`, staged.snapshots, 'none', options)] : []),
    ],
    place: (path) =>
      path.startsWith(snapshots) ? `${staged.snapshots}/${path.slice(snapshots.length)}` : `${staged.files}/${path}`,
  }
}

const snapshots = 'snapshots/'

/** Below it lie the mounted images of layers, relative to the driver's directory. */
export const imagePlaces = 'mounts/'

function hasImages({ layers }: LayerStack): boolean {
  return layers.some((path) => path.startsWith(imagePlaces))
}

/**
 * The most that a command may leave in its output directory. The number of files is bounded too,
 * because the kernel's memory for them is not part of the size.
 */
const outputLimits = 'size=64m,nr_inodes=4096'

function outputLine(rootId: number): string {
  const options = `${outputLimits},mode=1777,uid=${rootId},gid=${rootId},nosuid,nodev,noexec,X-mount.mkdir`
  return line('harmont-output', staged.output, 'tmpfs', options)
}

/** A stack to view. With `upper` and `work` (relative as well) it is writable. */
export interface ViewedStack extends LayerStack {
  readonly upper?: string
  readonly work?: string
}

/** Returns the mounts of merged views, one per stack. */
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
  // Otherwise inode numbers of images pass 2^63, and programs that read them as numbers, such as
  // Node.js, take different files for one.
  const inodes = hasImages(stack) ? ['xino=off'] : []
  // One option per layer: the kernel accepts 255 bytes per option.
  return [...inodes, ...[...stack.layers.map(place), base].map((path) => `lowerdir+=${path}`)]
}

/**
 * Returns a line of an fstab. `mount -a` skips sources that seem mounted already, so sources
 * without a file have unique names.
 */
export function line(source: string, target: string, type: string, options: string): string {
  return [source, target, type, options].map(escapeField).join(' ').concat(' 0 0')
}

function escapeField(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/**
 * Returns a file system: the layers of snapshots, whose places are relative to the driver's
 * directory, then the skeleton, then the image.
 */
export function layerStack(image: string, places: readonly string[]): LayerStack {
  return { image, layers: [...places, skeletonName] }
}
