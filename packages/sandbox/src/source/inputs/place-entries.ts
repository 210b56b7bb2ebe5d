import { linkSync, renameSync } from 'node:fs'
import { hasCode } from '../../system/files.ts'
import type { BytePath } from '../manifest.ts'
import { OpenFolder, type Owner } from '../open-folder.ts'
import { type FoundEntry, findEntries, type LayeredWorkspace } from './find-entries.ts'
import { emptyFolder, filesIn, isPlacedFolder, type PlacedFolder, place } from './placement.ts'

export interface PlaceJob {
  /** The step's writable merged /workspace: an existing folder, not a link. */
  readonly workspace: string
  /** A directory on the file system of the layers, for links until `settleLinks`. */
  readonly staging: string
  readonly owner: Owner
  readonly inputs: readonly (LayeredWorkspace & { readonly pattern: string; readonly into: BytePath })[]
}

export interface PlacePlan {
  /** Inputs whose paths name nothing. */
  readonly missing: readonly number[]
  /** Where the links of `staging`, named by their index, belong. */
  readonly links: readonly BytePath[]
  /** Bytes behind links, by input and by index of the layer that has them too. */
  readonly linkedBytes: readonly ReadonlyMap<number, number>[]
  /** By input: paths to copy, folders before their content. */
  readonly copies: readonly (readonly BytePath[])[]
  readonly copiedBytes: number
  /** Every file and link of the step's workspace that inputs give. */
  readonly paths: readonly BytePath[]
}

interface Leaf extends FoundEntry {
  readonly input: number
}

/** Errors after which a file is copied: other ids or file systems, or a file with too many names. */
const unlinkable = ['EPERM', 'EXDEV', 'EMLINK', 'EACCES']

/**
 * Finds what inputs name, makes room for it in a step's workspace, and links what can be linked. A
 * later input takes the place of an earlier one. Runs in a worker thread.
 */
export function placeInputs({ workspace, staging, owner, inputs }: PlaceJob): PlacePlan {
  const root = emptyFolder<Leaf>()
  const missing = inputs.flatMap(({ pattern, into, ...layered }, input) => {
    let found = 0
    findEntries(layered, pattern, (entry) => {
      found += 1
      place(root, `${into}/${entry.path}`, entry.kind === 'folder' ? 'folder' : 'file', { ...entry, input })
    })
    return found === 0 ? [input] : []
  })
  const plan = {
    links: [] as BytePath[],
    linkedBytes: inputs.map(() => new Map<number, number>()),
    copies: inputs.map((): BytePath[] => []),
    copiedBytes: 0,
  }
  const copy = ({ input, path, kind, stats }: Leaf) => {
    plan.copies[input]?.push(path)
    if (kind === 'file') plan.copiedBytes += Number(stats.blocks) * 512
  }
  function makeRoom(folder: OpenFolder, { children }: PlacedFolder<Leaf>, above: BytePath): void {
    const linksBefore = plan.links.length
    for (const [name, node] of children) {
      const found = folder.look(name)
      if (isPlacedFolder(node)) {
        if (found?.isDirectory() !== true) {
          folder.remove(name, found)
          folder.makeFolder(name)
        }
        if (node.own !== undefined) copy(node.own)
        const inner = folder.enter(name)
        try {
          makeRoom(inner, node, `${above}${name}/`)
        } finally {
          inner.close()
        }
      } else {
        if (found?.isDirectory() === true) folder.remove(name, found)
        const { leaf } = node
        if (!link(leaf, above + name)) copy(leaf)
      }
    }
    // Links need this folder in the layer.
    if (plan.links.length > linksBefore) folder.touch()
  }
  function link({ shown, stats, input }: Leaf, target: BytePath): boolean {
    if (shown === null) return false
    try {
      linkSync(shown.path, `${staging}/${plan.links.length}`)
    } catch (error) {
      if (unlinkable.some((code) => hasCode(error, code))) return false
      throw error
    }
    const bytes = plan.linkedBytes[input]
    bytes?.set(shown.layer, (bytes.get(shown.layer) ?? 0) + Number(stats.blocks) * 512)
    plan.links.push(target)
    return true
  }
  const folder = OpenFolder.root(workspace, { tree: '', owner, now: 0 })
  try {
    makeRoom(folder, root, '')
  } finally {
    folder.close()
  }
  return { ...plan, missing, paths: filesIn(root) }
}

export interface SettleJob {
  readonly staging: string
  /** /workspace of the layer, no longer mounted. */
  readonly workspace: string
  readonly links: readonly BytePath[]
}

/** Moves links to their places in a layer that `placeInputs` made room in. Runs in a worker thread. */
export function settleLinks({ staging, workspace, links }: SettleJob): undefined {
  for (const [index, path] of links.entries())
    renameSync(`${staging}/${index}`, Buffer.from(`${Buffer.from(workspace).toString('latin1')}/${path}`, 'latin1'))
}
