import type { NetworkMode } from '../sandbox-driver.ts'
import type { Launcher } from './launcher.ts'

/** Delay in ms that leaves the processors to a starting sandbox first. */
const refillDelayMs = 20

/**
 * Launchers kept ready, because joining control groups and making a network namespace wait for
 * grace periods of the kernel [10 to 40 ms]. Unused launchers end with this process.
 */
export class LauncherPool {
  private readonly start: (mode: NetworkMode) => Promise<Launcher>
  private readonly size: number
  private readonly ready = new Map<NetworkMode, Launcher[]>()
  private readonly starting = new Map<NetworkMode, Set<Promise<void>>>()
  private readonly timers = new Map<NetworkMode, NodeJS.Timeout>()
  private closed = false

  constructor(size: number, start: (mode: NetworkMode) => Promise<Launcher>) {
    this.size = size
    this.start = start
  }

  /** Takes a ready launcher, or starts one. Refills the pool. */
  async take(mode: NetworkMode): Promise<Launcher> {
    for (
      let launcher = this.ready.get(mode)?.shift();
      launcher !== undefined;
      launcher = this.ready.get(mode)?.shift()
    ) {
      this.refillSoon(mode)
      if (launcher.alive()) return launcher
      await launcher.discard()
    }
    this.refillSoon(mode)
    return this.start(mode)
  }

  /**
   * Starts the missing launchers, and resolves when they are ready. Ignores failures: `take`
   * reports the reason.
   */
  async fill(mode: NetworkMode): Promise<void> {
    const waiting = this.ready.get(mode) ?? []
    this.ready.set(mode, waiting)
    const starting = this.starting.get(mode) ?? new Set()
    this.starting.set(mode, starting)
    for (let missing = this.size - waiting.length - starting.size; missing > 0 && !this.closed; missing--) {
      const started = this.start(mode).then(
        async (launcher) => {
          if (this.closed) await launcher.discard()
          else waiting.push(launcher)
        },
        () => {},
      )
      starting.add(started)
      void started.finally(() => starting.delete(started))
    }
    await Promise.all(starting)
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers.values()) clearTimeout(timer)
    await Promise.all([...this.starting.values()].flatMap((starting) => [...starting]))
    await Promise.all([...this.ready.values()].flat().map((launcher) => launcher.discard()))
    this.ready.clear()
  }

  private refillSoon(mode: NetworkMode): void {
    if (this.timers.has(mode)) return
    const timer = setTimeout(() => {
      this.timers.delete(mode)
      void this.fill(mode)
    }, refillDelayMs)
    this.timers.set(mode, timer.unref())
  }
}
