import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../system/processes.ts'

const madeAtOnce = 8

/**
 * A named pipe to which this process writes. Its readers see the end of the pipe when this process
 * ends.
 */
export interface Fifo {
  readonly name: string
  readonly handle: FileHandle
}

/** A pool of named pipes, because making one starts a process. */
export class Fifos {
  private readonly directory: string
  private readonly free: Fifo[] = []
  private readonly taken = new Set<Fifo>()
  private making: Promise<void> | undefined
  private count = 0

  constructor(directory: string) {
    this.directory = directory
  }

  async take(): Promise<Fifo> {
    for (;;) {
      const fifo = this.free.pop()
      if (fifo !== undefined) {
        this.taken.add(fifo)
        return fifo
      }
      this.making ??= this.make().finally(() => {
        this.making = undefined
      })
      await this.making
    }
  }

  /** Takes back a pipe whose reader has read everything. */
  giveBack(fifo: Fifo): void {
    if (this.taken.delete(fifo)) this.free.push(fifo)
  }

  /** Removes a pipe that may contain data, which its next reader would mistake for its own. */
  async remove(fifo: Fifo): Promise<void> {
    this.taken.delete(fifo)
    await fifo.handle.close()
    await rm(join(this.directory, fifo.name), { force: true })
  }

  /** Closes all pipes, so that readers see their end. */
  async close(): Promise<void> {
    await this.making
    await Promise.all([...this.free.splice(0), ...this.taken].map((fifo) => this.remove(fifo)))
  }

  private async make(): Promise<void> {
    const names = Array.from({ length: madeAtOnce }, () => `fifo-${process.pid}-${this.count++}`)
    await run('mkfifo', ['--mode=600', ...names], { cwd: this.directory })
    for (const name of names) {
      // Opened for reading too, because opening for writing only would wait for a reader.
      this.free.push({ name, handle: await open(join(this.directory, name), constants.O_RDWR) })
    }
  }
}
