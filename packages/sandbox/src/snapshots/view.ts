import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fstabOf } from '../launch/fstab.ts'
import { type LayerStack, layerStack, onStage, staged, type ViewedStack, viewMounts } from '../launch/mounts.ts'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { LineReader } from '../system/line-reader.ts'
import { stage } from '../system/machine.ts'
import { LayerDirectories, type LayerPlaces } from './layer-places.ts'

const script = fileURLToPath(new URL('view.sh', import.meta.url))

/** Mounts merged file systems for use by this process. */
export class Viewer {
  private readonly layout: Layout
  private readonly places: LayerPlaces

  constructor(layout: Layout, places: LayerPlaces = new LayerDirectories(layout)) {
    this.layout = layout
    this.places = places
  }

  /** Returns the layer stack of an image and usable layers. Use it immediately, or call `hold`. */
  stack(image: string, layers: readonly SnapshotId[]): LayerStack {
    return layerStack(
      image,
      layers.map((id) => this.places.place(id)),
    )
  }

  /** Returns the layers among these that are mounted as images. */
  images(layers: readonly SnapshotId[]): readonly SnapshotId[] {
    return layers.filter((id) => this.places.isImage(id))
  }

  /** Makes the layers of a sandbox usable in this process. */
  async ready(layers: readonly SnapshotId[]): Promise<void> {
    await Promise.all(layers.map((id) => this.places.ready(id)))
  }

  /** Returns the absolute directories of usable layers. Use them immediately, or call `hold`. */
  directories(layers: readonly SnapshotId[]): readonly string[] {
    return layers.map((id) => join(this.layout.root, this.places.place(id)))
  }

  /** Keeps the layers of stacks at their places until the returned function is called. */
  hold(stacks: readonly LayerStack[]): () => void {
    return this.places.hold(stacks.flatMap(({ layers }) => layers))
  }

  /**
   * Calls `use` with one directory per stack, valid during the call. Absolute symbolic links in
   * them lead to this machine's files, so no link may be followed. Owners are the ids on disk.
   */
  async withViews<T>(stacks: readonly ViewedStack[], use: (roots: readonly string[]) => Promise<T>): Promise<T> {
    const release = this.hold(stacks)
    try {
      return await this.show(stacks, use)
    } finally {
      release()
    }
  }

  private async show<T>(stacks: readonly ViewedStack[], use: (roots: readonly string[]) => Promise<T>): Promise<T> {
    const fstab = join(this.layout.trash, randomUUID())
    await writeFile(fstab, fstabOf(viewMounts(stacks)))
    const child = spawn('unshare', ['--mount', '--propagation=slave', '/bin/sh', script, fstab], {
      cwd: this.layout.root,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const lines = new LineReader(child)
    child.ref()
    let stageFd: number | undefined
    try {
      await lines.expect('view', 'shown')
      // Uses an open descriptor, because a killed process's id may be reused by a process with a
      // root of its own choice. Node.js cannot have reaped the process before this check.
      const fd = openSync(`/proc/${child.pid}/root${stage}`, constants.O_RDONLY | constants.O_DIRECTORY)
      stageFd = fd
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error('the process that mounted the file systems was killed')
      return await use(stacks.map((_, index) => onStage(fd, staged.view(index))))
    } finally {
      if (stageFd !== undefined) closeSync(stageFd)
      child.stdin.end()
      await ended
      await rm(fstab, { force: true })
    }
  }
}
