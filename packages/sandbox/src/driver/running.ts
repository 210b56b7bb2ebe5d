import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isAlive, isPopulated, killGroup, killOwn, outOfMemoryKills, processesOf } from '../cgroups/cgroups.ts'
import type { RuntimeTarget } from '../launch/runtimes/index.ts'
import type { SandboxFiles } from '../layout/layout.ts'
import type { Exit, OutputPiece, Running } from '../sandbox-driver.ts'
import { SpoolReader } from '../spool/spool.ts'
import { SpoolTrim } from '../spool/spool-trim.ts'
import { bootTime, processClock, readClocks } from '../system/clock.ts'
import { DirectoryWatcher } from '../system/directory-watcher.ts'
import { bytesBelow, bytesOfFew, usedBytes } from '../system/disk-use.ts'
import { hasCode, isAbsent, readIfPresent, writeAtomically } from '../system/files.ts'
import { untilAffordable } from '../system/scarcity.ts'
import { endOfCommand } from './end-of-command.ts'
import { runtimeOf, type SandboxRecord, type StartRecord, uptimeAt } from './record.ts'
import type { SandboxContext } from './sandbox-context.ts'

/**
 * Maximum delay after a missed notification, and the interval of the search for a lost monitor, in
 * ms.
 */
const fallbackMs = 1_000

/**
 * The space that the launcher reserves, minus conmon's largest single write, which occurs for input
 * of newlines only.
 */
const safeSpoolBytes = 512 * 1024

/** Up to this number, files are counted directly after a command's end. */
const fewFiles = 200

/**
 * The end of a command as stored on disk. `endedAt` is on the clock of the process that wrote it.
 */
interface KeptExit extends Omit<Exit, 'endedAt'> {
  readonly endedAt: string
  /**
   * When the command ended, in ms on the boot clock. Absent if an earlier release wrote the file.
   */
  readonly endedBoot?: number
}

/** Converts a time on the boot clock to an instant on this process's clock. */
function instantOf(boot: number): Date {
  return new Date(Math.floor(processClock.at(boot)))
}

/** A command started in the sandbox, by this process or another. All its state is on disk. */
export class OciRunning implements Running {
  readonly startedAt: Date
  private readonly target: RuntimeTarget
  private readonly files: SandboxFiles
  private readonly record: SandboxRecord
  private readonly start: StartRecord
  private readonly now: () => Date
  private readonly extendOthers: (deadline: Date) => Promise<void>
  private readonly trim: SpoolTrim
  /** The offset that each reader of the output has reached. */
  private readonly places = new Set<{ offset: number }>()
  private outcome: Promise<Exit> | undefined
  /** The last deadline requested by this process. */
  private deadline: Date | undefined
  /** The last time the command was seen running, on the boot clock. */
  private seenAt: number | undefined

  /** @param extendOthers moves the deadlines of the services. */
  constructor(
    target: RuntimeTarget,
    record: SandboxRecord,
    start: StartRecord,
    { now, kernel }: Pick<SandboxContext, 'now' | 'kernel'>,
    extendOthers: (deadline: Date) => Promise<void>,
  ) {
    this.target = target
    this.files = target.files
    this.record = record
    this.start = start
    this.now = now
    this.extendOthers = extendOthers
    this.trim = new SpoolTrim(this.files.spool, kernel)
    // The process that started the command may have had another clock.
    this.startedAt = start.clocks === undefined ? new Date(start.startedAt) : instantOf(start.clocks.boot)
  }

  async *output(offset: number, signal?: AbortSignal): AsyncGenerator<OutputPiece, void, undefined> {
    const { directory, exitDirectory, spool } = this.files
    const changes = await untilAffordable(() => new DirectoryWatcher([directory, exitDirectory]), signal)
    let reader: SpoolReader | undefined
    const place = { offset }
    this.places.add(place)
    try {
      reader = await untilAffordable(() => new SpoolReader(spool, offset), signal)
      for (let noticed = true; ; ) {
        changes.reset()
        // Checked before reading, so that all output written before the end is read.
        const ended = await untilAffordable(() => this.hasEnded(!noticed), signal)
        for (let pieces = reader.next(); pieces.length > 0; pieces = reader.next()) {
          signal?.throwIfAborted()
          for (const piece of pieces) {
            place.offset = piece.nextOffset
            yield piece
          }
          // Lets other work run while a long spool is read without waiting.
          await nextTurn()
        }
        if (ended) return
        noticed = await changes.wait(fallbackMs, signal)
      }
    } finally {
      this.places.delete(place)
      changes.close()
      reader?.close()
    }
  }

  release(offset: number): Promise<void> {
    // Other readers may still need it: the readiness check of a service reads its output beside its
    // log.
    return this.trim.release(Math.min(offset, ...[...this.places].map((place) => place.offset)))
  }

  async exited(signal?: AbortSignal): Promise<Exit> {
    try {
      return await untilAffordable(async () => {
        await this.waitForEnd(signal)
        this.outcome ??= this.readOutcome().catch((error: unknown) => {
          this.outcome = undefined
          throw error
        })
        return await this.outcome
      }, signal)
    } catch (error) {
      if (!isAbsent(error)) throw error
      // The sandbox was destroyed meanwhile, so the outcome is unknown.
      return { code: null, signal: null, limit: null, overdue: false, output: 'whole', endedAt: this.now() }
    }
  }

  private async waitForEnd(signal?: AbortSignal): Promise<void> {
    const changes = new DirectoryWatcher([this.files.exitDirectory])
    try {
      for (let noticed = true; ; ) {
        changes.reset()
        if (await this.hasEnded(!noticed)) break
        noticed = await changes.wait(fallbackMs, signal)
      }
    } finally {
      changes.close()
    }
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    return untilAffordable(async () => {
      await this.moveMonitorOut()
      if (signal === 'SIGKILL') return killGroup(this.record.groups.payload)
      await runtimeOf(this.record).terminate(this.target)
    })
  }

  async extend(deadline: Date): Promise<void> {
    this.deadline = deadline
    // A delayed write must not replace a newer deadline.
    await untilAffordable(async () => {
      if (this.deadline === deadline) await this.writeDeadline(deadline)
    })
    await this.extendOthers(deadline)
  }

  private async writeDeadline(deadline: Date): Promise<void> {
    const text = `${uptimeAt(deadline, this.now())}\n`
    try {
      writeAtomically(this.files.deadline, text)
    } catch (error) {
      if (!hasCode(error, 'ENOSPC')) throw error
      // A text this short needs no new space. The watchdog reads its first line, either old or new.
      await writeFile(this.files.deadline, text, { flag: 'r+' })
    }
  }

  /**
   * Moves the monitor out of the payload's groups, so that a kill does not hit it. runtime.sh does
   * so too, but may not have done so yet.
   */
  private async moveMonitorOut(): Promise<void> {
    const monitor = Number(readIfPresent(this.files.monitorPid) ?? 0)
    const { groups } = this.record
    if (monitor === 0 || !(await processesOf(groups.payload)).includes(monitor)) return
    for (const group of groups.leave) await writeFile(join(group, 'cgroup.procs'), String(monitor))
  }

  /** @param thorough also detects a lost monitor, after which no exit file will be written. */
  async hasEnded(thorough = false): Promise<boolean> {
    const lookedAt = bootTime()
    if (this.outcome !== undefined || existsSync(this.files.exit) || existsSync(this.files.outcome)) return true
    this.seenAt = lookedAt
    if (!thorough) return false
    const { groups } = this.record
    const { monitor, payload } = groups
    if (await isPopulated(monitor)) return false
    // The monitor may have ended normally since the exit file was checked.
    if (existsSync(this.files.exit)) return true
    // The monitor is still leaving the payload's group.
    const pid = Number(readIfPresent(this.files.monitorPid) ?? 0)
    if ((await processesOf(payload)).includes(pid) || ((await isAlive(groups)) && pid === 0)) return false
    await killOwn(groups)
    return true
  }

  private async readOutcome(): Promise<Exit> {
    const kept = readIfPresent(this.files.outcome)
    if (kept !== undefined) {
      const { endedBoot, ...value } = JSON.parse(kept) as KeptExit
      const endedAt = endedBoot === undefined ? new Date(value.endedAt) : instantOf(endedBoot)
      // Absent if an earlier release wrote the file.
      return { ...value, output: value.output ?? 'whole', endedAt }
    }
    const { endedBoot, ...judged } = await this.judge()
    const exit: Exit = { ...judged, endedAt: instantOf(endedBoot) }
    try {
      writeAtomically(this.files.outcome, JSON.stringify({ ...exit, endedBoot }))
    } catch (error) {
      // The next reader determines the outcome again.
      if (!hasCode(error, 'ENOSPC')) throw error
    }
    return exit
  }

  private async judge(): Promise<Omit<Exit, 'endedAt'> & { readonly endedBoot: number }> {
    const text = readIfPresent(this.files.exit)
    const overdue = existsSync(this.files.overdue)
    const output = this.outputKept()
    if (text === undefined)
      return { code: null, signal: null, limit: await this.limit(null), overdue, output, endedBoot: bootTime() }
    const code = Number(text)
    return {
      code,
      signal: signalOf(code),
      limit: await this.limit(code),
      // The command may have ended on its own just before the watchdog's kill.
      overdue: overdue && code === 128 + constants.signals.SIGKILL,
      output,
      endedBoot: this.endedBoot(),
    }
  }

  private endedBoot(): number {
    const exitWall = statSync(this.files.exit).mtimeMs
    const { start, seenAt } = this
    return endOfCommand({ started: start.clocks, seenAt, exitWall, now: readClocks() })
  }

  private outputKept(): Exit['output'] {
    const { spool, spoolReserved, diskFull } = this.files
    if (existsSync(spoolReserved) && statSync(spool).size <= safeSpoolBytes) return 'whole'
    return existsSync(diskFull) ? 'lost' : 'unsure'
  }

  private async limit(code: number | null): Promise<Exit['limit']> {
    if (existsSync(this.files.diskLimitHit)) return 'disk'
    if (existsSync(this.files.memoryLimitHit)) return 'memory'
    if (code !== 0 && (await outOfMemoryKills(this.record.groups)) > 0) return 'memory'
    // A command may exceed its limit and end between two checks of the watchdog. Many or deeply
    // nested files are visited only if the use of the whole file system grew by the limit.
    // Concurrent removals may hide such growth.
    const { diskBytes } = this.record.limits
    const written = [this.files.upper, this.files.spool]
    const few = bytesOfFew(written, fewFiles)
    if (few !== undefined) return few > diskBytes ? 'disk' : null
    if (usedBytes(this.files.directory) - this.start.usedBytes < diskBytes) return null
    return (await bytesBelow(written)) > diskBytes ? 'disk' : null
  }
}

function signalOf(code: number): string | null {
  return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] ?? null
}
