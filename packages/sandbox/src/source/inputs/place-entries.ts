import { linkSync, rmSync } from 'node:fs'
import { hasCode } from '../../system/files.ts'
import type { BytePath } from '../manifest.ts'
import { OpenFolder, type Owner } from '../open-folder.ts'
import { type FoundEntry, findEntries, type LayeredWorkspace, type LayerFile } from './find-entries.ts'
import { filesIn, isPlacedFolder, type PlacedFolder, Placement } from './placement.ts'

export interface PlaceJob {
  /** The step's writable merged /workspace: an existing folder, not a link. */
  readonly workspace: string
  /** A path on the file system of the new layer where nothing is. */
  readonly trial: string
  readonly owner: Owner
  readonly inputs: readonly (LayeredWorkspace & { readonly pattern: string; readonly into: BytePath })[]
}

export interface PlacePlan {
  /** Inputs whose paths name nothing. */
  readonly missing: readonly number[]
  /** Files of layers, as bytes, with the paths that they get. */
  readonly links: readonly { readonly from: BytePath; readonly to: BytePath }[]
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

/** File systems limit the names of a file, ext4 to 65,000. Other steps may link at the same time. */
const mostNames = 60_000n

/**
 * Finds what inputs name, makes room for it in a step's workspace, and says what to link and what
 * to copy. A later input takes the place of an earlier one. Runs in a worker thread.
 */
export function placeInputs({ workspace, trial, owner, inputs }: PlaceJob): PlacePlan {
  const placement = new Placement<Leaf>()
  const missing = inputs.flatMap(({ pattern, into, ...layered }, input) => {
    const prefix = into === '' ? '' : `${into}/`
    let found = 0
    findEntries(layered, pattern, (entry) => {
      found += 1
      placement[entry.kind === 'folder' ? 'folder' : 'file'](prefix + entry.path, { ...entry, input })
    })
    return found === 0 ? [input] : []
  })
  const placing = new Placing(inputs.length, new Linkable(trial))
  const folder = OpenFolder.root(workspace, { tree: '', owner, now: 0 })
  try {
    placing.makeRoom(folder, placement.root, '', false)
  } finally {
    folder.close()
  }
  const { links, linkedBytes, copies, copiedBytes } = placing
  return { missing, links, linkedBytes, copies, copiedBytes, paths: filesIn(placement.root) }
}

/** Makes room in a workspace, and notes what is linked and what is copied. */
class Placing {
  readonly links: { from: BytePath; to: BytePath }[] = []
  readonly linkedBytes: Map<number, number>[]
  readonly copies: BytePath[][]
  copiedBytes = 0
  readonly #linkable: Linkable

  constructor(inputs: number, linkable: Linkable) {
    this.linkedBytes = Array.from({ length: inputs }, () => new Map())
    this.copies = Array.from({ length: inputs }, () => [])
    this.#linkable = linkable
  }

  /** `isNew`: nothing is in the folder yet. */
  makeRoom(folder: OpenFolder, { children }: PlacedFolder<Leaf>, above: BytePath, isNew: boolean): void {
    const linksBefore = this.links.length
    for (const [name, node] of children) {
      const found = isNew ? undefined : folder.look(name)
      if (isPlacedFolder(node)) {
        const isThere = found?.isDirectory() === true
        if (!isThere) {
          folder.remove(name, found)
          folder.makeFolder(name)
        }
        if (node.own !== undefined) this.#copy(node.own)
        const inner = folder.enter(name)
        try {
          this.makeRoom(inner, node, `${above}${name}/`, !isThere)
        } finally {
          inner.close()
        }
      } else {
        if (found?.isDirectory() === true) folder.remove(name, found)
        this.#place(node.leaf, above + name)
      }
    }
    // Links need this folder in the layer.
    if (!isNew && this.links.length > linksBefore) folder.touch()
  }

  #place(leaf: Leaf, to: BytePath): void {
    const { input, shown, stats } = leaf
    if (shown !== null && this.#linkable.test(input, shown, stats.nlink)) this.#link(leaf, shown, to)
    else this.#copy(leaf)
  }

  #copy({ input, path, kind, stats }: Leaf): void {
    this.copies[input]?.push(path)
    if (kind === 'file') this.copiedBytes += Number(stats.blocks) * 512
  }

  #link({ input, stats }: Leaf, { path, layer }: LayerFile, to: BytePath): void {
    const bytes = this.linkedBytes[input]
    bytes?.set(layer, (bytes.get(layer) ?? 0) + Number(stats.blocks) * 512)
    this.links.push({ from: path.toString('latin1'), to })
  }
}

/** Errors after which files are copied: other ids or file systems. */
const unlinkable = ['EPERM', 'EXDEV', 'EACCES', 'EMLINK']

/** Says which layers' files can be linked, after one trial for each. */
class Linkable {
  readonly #trial: string
  readonly #known = new Map<string, boolean>()

  constructor(trial: string) {
    this.#trial = trial
  }

  test(input: number, { path, layer }: LayerFile, names: bigint): boolean {
    if (names >= mostNames) return false
    const key = `${input} ${layer}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const answer = this.#try(path)
    this.#known.set(key, answer)
    return answer
  }

  #try(path: Buffer): boolean {
    try {
      linkSync(path, this.#trial)
      rmSync(this.#trial)
      return true
    } catch (error) {
      if (unlinkable.some((code) => hasCode(error, code))) return false
      throw error
    }
  }
}

export interface LinkJob {
  /** /workspace of the layer, no longer mounted. */
  readonly workspace: string
  readonly links: PlacePlan['links']
}

/** Links files into a layer in which `placeInputs` made room. Runs in a worker thread. */
export function linkInputs({ workspace, links }: LinkJob): undefined {
  const prefix = `${Buffer.from(workspace).toString('latin1')}/`
  for (const { from, to } of links) {
    const target = Buffer.from(prefix + to, 'latin1')
    const source = Buffer.from(from, 'latin1')
    try {
      linkSync(source, target)
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
      // The mark of a folder that was removed.
      rmSync(target)
      linkSync(source, target)
    }
  }
}
