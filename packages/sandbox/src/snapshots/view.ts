import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onStage, staged, type ViewedStack, viewFstab } from '../launch/mounts.ts'
import type { Layout } from '../layout/layout.ts'
import { LineReader } from '../system/line-reader.ts'
import { stage } from '../system/machine.ts'

const script = fileURLToPath(new URL('view.sh', import.meta.url))

/** Shows merged file systems to this process. */
export class Viewer {
  private readonly layout: Layout

  constructor(layout: Layout) {
    this.layout = layout
  }

  /**
   * Calls `use` with one directory per stack, valid during the call. Absolute symbolic links in
   * them lead to this machine's files: follow none. Ids are those on disk.
   */
  async withViews<T>(stacks: readonly ViewedStack[], use: (roots: readonly string[]) => Promise<T>): Promise<T> {
    const fstab = join(this.layout.trash, randomUUID())
    await writeFile(fstab, viewFstab(stacks))
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
      // Through an open descriptor: a killed process's id may be reused by one with a root of its
      // own choice. Node.js has not reaped the process before this check.
      const fd = openSync(`/proc/${child.pid}/root${stage}`, constants.O_RDONLY | constants.O_DIRECTORY)
      stageFd = fd
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error('the process that mounts the file systems was killed')
      return await use(stacks.map((_, index) => onStage(fd, staged.view(index))))
    } finally {
      if (stageFd !== undefined) closeSync(stageFd)
      child.stdin.end()
      await ended
      await rm(fstab, { force: true })
    }
  }
}
