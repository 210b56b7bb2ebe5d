import process from 'node:process'
import { skeletonName } from '../layout/layout.ts'
import { firstId, idCount } from '../privilege/id-ranges.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import type { MountCall } from '../system/kernel/mount-call.ts'
import { stage } from '../system/machine.ts'

/**
 * A user namespace's root cannot map ids of the machine's file systems. There, files already have
 * the ids of sandboxes, or belong to nobody.
 */
const idMap = (rootId: number): string | undefined =>
  privilegeMode.kind === 'mapped' ? undefined : `0 ${rootId} ${idCount}`

/**
 * How overlays record what lower layers cannot show. A user namespace only has attributes of kind
 * `user`, which cannot redirect directories: renaming one from an earlier step fails with EXDEV,
 * and `mv` copies it.
 */
const notes: MountOption = privilegeMode.kind === 'mapped' ? ['userxattr', null] : ['redirect_dir', 'on']

type MountOption = MountCall['options'][number]

const plain = { recursive: false, flags: [], options: [], makesTarget: false, idMap: undefined } as const

/** Returns a mount that shows a file or directory in another place. */
function bind(source: string, target: string, more: Partial<MountCall> = {}): MountCall {
  return { ...plain, source, target, type: undefined, ...more }
}

/** Returns the mount of a new file system. A source without a file needs a unique name. */
export function fileSystem(type: string, source: string, target: string, more: Partial<MountCall> = {}): MountCall {
  return { ...plain, source, target, type, ...more }
}

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
export const stageMounts: readonly MountCall[] = [
  fileSystem('tmpfs', 'harmont-stage', stage, { options: [['mode', '755']] }),
  bind('/sys/fs/cgroup', staged.cgroup, { recursive: true, makesTarget: true }),
  fileSystem('tmpfs', 'harmont-cgroup', '/sys/fs/cgroup', { options: [['mode', '755']] }),
]

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
  /** Additional mounts of the runtime. */
  readonly runtimeStage: readonly MountCall[]
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
export function rootMounts(mounts: RootMounts): readonly MountCall[] {
  const { rootId, stack, upper, work, readOnlyMounts, runtimeStage, resolvConf, hosts, secrets } = mounts
  const { own, place } = files(mounts)
  const options: MountOption[] = [notes, ['volatile', null], ...lowerOptions(stack, staged.base, place)]
  options.push(['upperdir', place(upper)], ['workdir', place(work)])
  const file = (source: string | null, target: string) =>
    source === null ? [] : [bind(source, target, { flags: ['ro'] })]
  return [
    ...own,
    baseMount(stack.image, staged.base, rootId),
    // An image may contain device nodes, which root inside owns.
    fileSystem('overlay', 'overlay', staged.root, { flags: ['nodev'], options, makesTarget: true }),
    ...runtimeStage,
    ...file(resolvConf, staged.resolvConf),
    outputMount(rootId),
    ...file(hosts, staged.hosts),
    ...(secrets === null ? [] : [bind(secrets, staged.secrets, { flags: ['ro', ...closed], makesTarget: true })]),
    ...readOnlyMounts.map(({ source }, index) => baseMount(source, staged.readOnly(index), rootId)),
  ]
}

const closed = ['nosuid', 'nodev', 'noexec'] as const

/**
 * Mounts the driver's files with the sandbox's ids, and returns where a path is then. The machine's
 * root, who makes the overlay's internal files, keeps its id. Snapshots may be a link to another
 * place, which the mount of the directory does not follow.
 */
function files({ directory, rootId, stack }: RootMounts): {
  readonly own: readonly MountCall[]
  readonly place: (path: string) => string
} {
  if (privilegeMode.kind === 'mapped') return { own: [], place: (path) => path }
  const mapped = { makesTarget: true, idMap: `0 0 1\n${firstId} ${rootId} ${idCount}` }
  const isOnSnapshots = stack.layers.some((path) => path.startsWith(snapshots))
  return {
    own: [
      // With the images mounted below it, whose ids are mapped in the same step: mount(8) starts a
      // process for each line with ids.
      bind(directory, staged.files, { ...mapped, recursive: hasImages(stack) }),
      ...(isOnSnapshots ? [bind(`${directory}/snapshots`, staged.snapshots, mapped)] : []),
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
const outputLimits: readonly MountOption[] = [
  ['size', '64m'],
  ['nr_inodes', '4096'],
]

function outputMount(rootId: number): MountCall {
  const owned: readonly MountOption[] = [
    ['mode', '1777'],
    ['uid', String(rootId)],
    ['gid', String(rootId)],
  ]
  const more = { flags: closed, options: [...outputLimits, ...owned], makesTarget: true }
  return fileSystem('tmpfs', 'harmont-output', staged.output, more)
}

/** A stack to view. With `upper` and `work` (relative as well) it is writable. */
export interface ViewedStack extends LayerStack {
  readonly upper?: string
  readonly work?: string
}

/** Returns the mounts of merged views, one per stack. */
export function viewMounts(stacks: readonly ViewedStack[]): readonly MountCall[] {
  return stacks.flatMap((stack, index) => {
    const base = `${staged.base}-${index}`
    const { upper, work = '' } = stack
    const own: readonly MountOption[] =
      upper === undefined
        ? []
        : [
            ['volatile', null],
            ['upperdir', upper],
            ['workdir', work],
          ]
    const view = fileSystem('overlay', 'overlay', staged.view(index), {
      flags: upper === undefined ? ['ro'] : [],
      options: [...own, notes, ...lowerOptions(stack, base)],
      makesTarget: true,
    })
    return [baseMount(stack.image, base, firstId), view]
  })
}

function baseMount(image: string, target: string, rootId: number): MountCall {
  return bind(image, target, { flags: ['ro'], makesTarget: true, idMap: idMap(rootId) })
}

function lowerOptions(stack: LayerStack, base: string, place = (path: string): string => path): readonly MountOption[] {
  // Otherwise inode numbers of images pass 2^63, and programs that read them as numbers, such as
  // Node.js, take different files for one.
  const inodes: readonly MountOption[] = hasImages(stack) ? [['xino', 'off']] : []
  // One option per layer: the kernel accepts 255 bytes per option.
  return [...inodes, ...[...stack.layers.map(place), base].map((path): MountOption => ['lowerdir+', path])]
}

/**
 * Returns a file system: the layers of snapshots, whose places are relative to the driver's
 * directory, then the skeleton, then the image.
 */
export function layerStack(image: string, places: readonly string[]): LayerStack {
  return { image, layers: [...places, skeletonName] }
}
