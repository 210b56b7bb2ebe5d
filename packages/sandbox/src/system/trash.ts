import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { lstatSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isAbsent } from './files.ts'
import { Words } from './line-reader.ts'

const script = fileURLToPath(new URL('trash.sh', import.meta.url))

/** What is removed together costs fewer processes. */
const gatherMs = 20

/** How often it is tried: the helper may be killed. */
const tries = 3

/** Removes trees, out of the way of all else. One helper process, started when first needed and again when it was killed. */
export class Trash {
  private readonly directory: string
  private readonly gathered: string[] = []
  private batch: Promise<void> | undefined
  private helper: { readonly child: ChildProcess; readonly words: Words } | undefined
  private batches = 0

  /** @param directory on the file system of what is to be removed. What is left in it goes with the next start of the driver. */
  constructor(directory: string) {
    this.directory = directory
  }

  /**
   * Removes a directory and all below it by first giving it a name in the trash, so that a crash in the middle leaves nothing under the old name. Nothing
   * happens when it is not there.
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
    // With what is removed next.
    this.gathered.push(name)
    throw new Error(`could not remove ${doomed}`, { cause: this.helper?.words.failure })
  }

  /** Once nothing is being removed any more. Nothing is at the directory then. */
  async close(): Promise<void> {
    if (this.helper === undefined) return
    const { child, words } = this.helper
    this.helper = undefined
    const ended = Promise.withResolvers<void>()
    words.listen('close', () => ended.resolve())
    child.ref()
    child.stdin?.end()
    await words.during(ended.promise)
  }

  private async removeGathered(): Promise<void> {
    await sleep(gatherMs)
    this.batch = undefined
    const { child, words } = this.running()
    const speaker = String(this.batches++)
    const removed = Promise.withResolvers<void>()
    words.listen(speaker, () => removed.resolve())
    child.stdin?.write([...this.gathered.splice(0), `= ${speaker}\n`].join('\n'))
    await words.during(removed.promise)
    words.ignore(speaker)
  }

  private running(): { readonly child: ChildProcess; readonly words: Words } {
    if (this.helper !== undefined && this.helper.words.end === undefined) return this.helper
    const child = spawn('/bin/sh', [script], {
      cwd: this.directory,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    })
    this.helper = { child, words: new Words(child) }
    return this.helper
  }
}
