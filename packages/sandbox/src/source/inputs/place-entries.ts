import { linkSync, rmSync } from 'node:fs'
import { hasCode } from '../../system/files.ts'
import type { BytePath } from '../manifest.ts'
import { OpenFolder, type Owner } from '../open-folder.ts'
import { type FoundEntry, findEntries, type LayeredWorkspace, type LayerFile } from './find-entries.ts'
import { filesIn, isPlacedFolder, type PlacedFolder, Placement } from './placement.ts'

export interface PlaceJob {
  /** The step's writable merged /workspace: an existing folder, not a link. */
  readonly workspace: string
  /** An unused path on the file system of the new layer. */
  readonly trial: string
  readonly owner: Owner
  readonly inputs: readonly (LayeredWorkspace & { readonly pattern: string; readonly into: BytePath })[]
}

export interface PlacePlan {
  /** Indexes of the inputs that match nothing. */
  readonly missing: readonly number[]
  /** Files of layers and the paths at which they are linked, as bytes. */
  readonly links: readonly { readonly from: BytePath; readonly to: BytePath }[]
  /** Bytes of linked files, by input and by index of the layer that also contains them. */
  readonly linkedBytes: readonly ReadonlyMap<number, number>[]
  /** By input: paths to copy, folders before their content. */
  readonly copies: readonly (readonly BytePath[])[]
  readonly copiedBytes: number
  /** All files and links of the step's workspace that inputs provide. */
  readonly paths: readonly BytePath[]
}

interface Leaf extends FoundEntry {
  readonly input: number
}

/**
 * File systems limit the number of names of a file, ext4 to 65,000. The limit is lower, because
 * other steps may make links at the same time.
 */
const mostNames = 60_000n

/**
 * Finds the files of inputs, makes room for them in a step's workspace, and returns which to link
 * and which to copy. A later input replaces files of an earlier one. Runs in a worker thread.
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

/** Makes room in a workspace, and records the files to link and to copy. */
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

  /** @param isNew whether the folder is still empty. */
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
    // Links require this folder in the upper layer.
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

/** Errors after which files are copied instead of linked: other ids or file systems. */
const unlinkable = ['EPERM', 'EXDEV', 'EACCES', 'EMLINK']

/** Determines which layers' files can be linked, with one trial for each layer. */
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
  /** /workspace of the layer, which is no longer mounted. */
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
      // Removes the whiteout of a removed folder.
      rmSync(target)
      linkSync(source, target)
    }
  }
}
