import process from 'node:process'
import { skeletonName } from '../layout/layout.ts'
import { firstId, idCount } from '../privilege/id-ranges.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import type { MountCall } from '../system/kernel/mount-call.ts'
import { stage } from '../system/machine.ts'

/**
 * Returns the id map of mounts. A user namespace's root cannot map ids of the machine's file
 * systems. There, files already have the ids of sandboxes, or have no mapped owner.
 */
const idMap = (rootId: number): string | undefined =>
  privilegeMode.kind === 'mapped' ? undefined : `0 ${rootId} ${idCount}`

/**
 * Chooses how overlays record changes that lower layers cannot represent. In a user namespace only
 * attributes of the kind `user` exist, which cannot redirect directories: renaming one from an
 * earlier step fails with EXDEV, and `mv` copies it.
 */
const notes: MountOption = privilegeMode.kind === 'mapped' ? ['userxattr', null] : ['redirect_dir', 'on']

type MountOption = MountCall['options'][number]

const plain = { recursive: false, flags: [], options: [], makesTarget: false, idMap: undefined } as const

/** Returns a bind mount of a file or directory. */
function bind(source: string, target: string, more: Partial<MountCall> = {}): MountCall {
  return { ...plain, source, target, type: undefined, ...more }
}

/**
 * Returns the mount of a new file system. A file system without a source file needs a unique name
 * as its source.
 */
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
  /** The sandbox's user namespace, if the namespace has its own owner. */
  user: `${stage}/user`,
  script: `${stage}/script`,
  split: `${stage}/split`,
  resolvConf: `${stage}/resolv.conf`,
  hosts: `${stage}/hosts`,
  secrets: `${stage}/secrets`,
  /**
   * The command's output directory, which does not belong to the sandbox's files; see
   * keep-output.sh.
   */
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
 * Mounts common to all stages. crun refuses machines with both versions of control groups. Here it
 * sees an empty directory, and the monitor uses the groups at another path.
 */
export const stageMounts: readonly MountCall[] = [
  fileSystem('tmpfs', 'harmont-stage', stage, { options: [['mode', '755']] }),
  bind('/sys/fs/cgroup', staged.cgroup, { recursive: true, makesTarget: true }),
  fileSystem('tmpfs', 'harmont-cgroup', '/sys/fs/cgroup', { options: [['mode', '755']] }),
]

const cgroupMount = '/sys/fs/cgroup'

/** Returns a control group's path for a launcher that has set up its stage. */
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
  /** The user id that the sandbox's root has on the machine. */
  readonly rootId: number
  readonly stack: LayerStack
  /** Relative to the driver's directory. */
  readonly upper: string
  readonly work: string
  readonly readOnlyMounts: readonly { readonly source: string }[]
  /** Additional mounts of the runtime. */
  readonly runtimeStage: readonly MountCall[]
  /** Absolute path of the sandbox's resolv.conf; null to use the image's. */
  readonly resolvConf: string | null
  /** Absolute path of the sandbox's /etc/hosts; null to use the image's. */
  readonly hosts: string | null
  /** Absolute path of the sandbox's /run/secrets; null for none. */
  readonly secrets: string | null
}

/**
 * Returns the mounts of a sandbox's writable root and the runtime's additions. The overlay is
 * `volatile`: a sync inside does not reach the disk, and snapshots are synced separately.
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
    // An image may contain device nodes, which the sandbox's root owns.
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
 * Mounts the driver's files with the sandbox's ids, and returns a function that converts a path to
 * its place there. The machine's root, which makes the overlay's internal files, keeps its id. The
 * snapshots directory may be a link to another place, which the mount of the driver's directory
 * does not follow.
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
      // Includes the images mounted below it, whose ids are mapped in the same step: mount(8)
      // starts a process for each line with ids.
      bind(directory, staged.files, { ...mapped, recursive: hasImages(stack) }),
      ...(isOnSnapshots ? [bind(`${directory}/snapshots`, staged.snapshots, mapped)] : []),
    ],
    place: (path) =>
      path.startsWith(snapshots) ? `${staged.snapshots}/${path.slice(snapshots.length)}` : `${staged.files}/${path}`,
  }
}

const snapshots = 'snapshots/'

/** The directory of the mounted layer images, relative to the driver's directory. */
export const imagePlaces = 'mounts/'

function hasImages({ layers }: LayerStack): boolean {
  return layers.some((path) => path.startsWith(imagePlaces))
}

/**
 * Limits of a command's output directory. The number of files is limited too, because the kernel's
 * memory for them is not part of the size.
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

/**
 * A layer stack to mount as a view. With `upper` and `work`, which are relative as well, the view
 * is writable.
 */
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
  // Otherwise inode numbers of images exceed 2^63, and programs that read them as numbers, such as
  // Node.js, mistake different files for the same one.
  const inodes: readonly MountOption[] = hasImages(stack) ? [['xino', 'off']] : []
  // Each layer has its own option, because the kernel accepts 255 bytes per option.
  return [...inodes, ...[...stack.layers.map(place), base].map((path): MountOption => ['lowerdir+', path])]
}

/**
 * Returns a layer stack: the layers of snapshots, at places relative to the driver's directory,
 * then the skeleton, then the image.
 */
export function layerStack(image: string, places: readonly string[]): LayerStack {
  return { image, layers: [...places, skeletonName] }
}
