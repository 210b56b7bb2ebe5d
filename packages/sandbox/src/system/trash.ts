import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { lstatSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isAbsent } from './files.ts'
import { LineReader } from './line-reader.ts'
import { helperEnvironment } from './machine.ts'

const script = fileURLToPath(new URL('trash.pl', import.meta.url))

/** Large trees whose removal is requested within this time, in ms, are removed by one process. */
const gatherMs = 20

/** Maximum number of attempts, because the helper may be killed. */
const tries = 3

/**
 * Removes trees in the background. Uses one helper process, which is started on demand, and
 * restarted if it was killed.
 */
export class Trash {
  private readonly directory: string
  private readonly gathered: string[] = []
  private batch: Promise<void> | undefined
  private helper: { readonly child: ChildProcess; readonly lines: LineReader } | undefined
  private batches = 0

  /**
   * @param directory a directory on the file system of the removed trees. The driver's next start
   * empties it.
   */
  constructor(directory: string) {
    this.directory = directory
  }

  /**
   * Removes a directory tree. Renames it into the trash first, so that a crash leaves nothing under
   * the old name. Does nothing if the tree is absent.
   */
  async remove(path: string): Promise<void> {
    const name = randomUUID()
    const doomed = join(this.directory, name)
    try {
      renameSync(path, doomed)
    } catch (error) {
      if (isAbsent(error)) return
      throw error
    }
    for (let left = tries; left > 0; left--) {
      this.gathered.push(name)
      this.batch ??= this.removeGathered()
      await this.batch
      if (lstatSync(doomed, { throwIfNoEntry: false }) === undefined) return
    }
    // The next batch removes it.
    this.gathered.push(name)
    throw new Error(`could not remove ${doomed}`, { cause: this.helper?.lines.failure })
  }

  /** Resolves when the helper has ended. Call it only while no removal is running. */
  async close(): Promise<void> {
    if (this.helper === undefined) return
    const { child, lines } = this.helper
    this.helper = undefined
    const ended = Promise.withResolvers<void>()
    lines.listen('close', () => ended.resolve())
    child.ref()
    child.stdin?.end()
    await lines.waitFor(ended.promise)
  }

  private async removeGathered(): Promise<void> {
    await sleep(gatherMs)
    this.batch = undefined
    const { child, lines } = this.running()
    const batch = String(this.batches++)
    const removed = Promise.withResolvers<void>()
    lines.listen(batch, () => removed.resolve())
    child.stdin?.write([...this.gathered.splice(0), `= ${batch}\n`].join('\n'))
    await lines.waitFor(removed.promise)
    lines.ignore(batch)
  }

  private running(): { readonly child: ChildProcess; readonly lines: LineReader } {
    if (this.helper !== undefined && this.helper.lines.end === undefined) return this.helper
    const child = spawn('perl', [script], {
      cwd: this.directory,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: helperEnvironment,
    })
    this.helper = { child, lines: new LineReader(child) }
    return this.helper
  }
}
