import type { ImageStore } from '../images/index.ts'
import type { Layout } from '../layout/layout.ts'
import type { ResolvedImage, SandboxSpec, SnapshotId } from '../sandbox-driver.ts'
import type { Durability } from '../snapshots/durability.ts'
import { layersFor } from '../snapshots/flatten.ts'
import { makeInputLayer } from '../snapshots/input-layer.ts'
import type { SnapshotRecords } from '../snapshots/snapshot-record.ts'
import { imageBelow, wholeRecord } from '../snapshots/transfer.ts'
import type { Viewer } from '../snapshots/view.ts'
import type { BytePath } from '../source/manifest.ts'
import type { SandboxRecord } from './record.ts'

/** The files from which a new sandbox starts. */
export interface Start {
  readonly record: Pick<SandboxRecord, 'image' | 'parent' | 'layers' | 'source' | 'inputPaths'>
  /** Paths of /workspace that its inputs provided. */
  readonly inputPaths: readonly BytePath[]
}

interface StartParts {
  readonly layout: Layout
  readonly snapshots: SnapshotRecords
  readonly durability: Durability
  readonly viewer: Viewer
  readonly images: Pick<ImageStore, 'byDigest'>
  readonly now: () => Date
}

/**
 * Returns the files from which a new sandbox starts. With inputs, these include a new layer with
 * the id `inputLayer`.
 */
export async function startFor(spec: SandboxSpec, inputLayer: SnapshotId, parts: StartParts): Promise<Start> {
  const record = await bareStart(spec, parts)
  const { inputs = [] } = spec
  if (inputs.length === 0) return { record, inputPaths: [] }
  const sources = inputs.map(async (input) => {
    const source = await wholeRecord(input.snapshot, parts.snapshots)
    return { ...input, source: { record: source, rootfs: (await imageBelow(source, parts.images)).rootfs } }
  })
  const inputPaths = await makeInputLayer({
    layout: parts.layout,
    viewer: parts.viewer,
    id: inputLayer,
    below: { ...record, imageDigest: record.image.digest, rootfs: record.image.rootfs },
    inputs: await Promise.all(sources),
    maxCopiedBytes: spec.limits.diskBytes,
    now: parts.now(),
  })
  parts.durability.request(inputLayer)
  return { record: { ...record, layers: [inputLayer, ...record.layers] }, inputPaths }
}

/** Returns the files from which a sandbox without inputs starts. */
export async function bareStart({ base }: Pick<SandboxSpec, 'base'>, parts: StartParts): Promise<Start['record']> {
  if ('image' in base) {
    return { image: recorded(base.image), parent: null, layers: [], source: null }
  }
  const id = base.snapshot
  const snapshot = await wholeRecord(id, parts.snapshots)
  const image = await imageBelow(snapshot, parts.images)
  const layers = await layersFor(snapshot, image.rootfs, parts)
  const { source, inputPaths } = snapshot
  return { image: recorded(image), parent: id, layers, source, ...(inputPaths && { inputPaths }) }
}

function recorded({ digest, rootfs, env, program }: ResolvedImage): SandboxRecord['image'] {
  return { digest, rootfs, env, ...(program && { program }) }
}
