/**
 * One order of events for a whole fleet: timers, clocks, ids and chance of this process follow a
 * seed. Imported before anything of ours, and in a process of its own.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import process from 'node:process'
import timersPromises from 'node:timers/promises'
import { type Chance, chance } from '@harmont/test-kit/effort'

/** A machine's clocks. They go on when its processes end. */
export interface Machine {
  /** How far its clocks are ahead of the fleet's time. */
  readonly aheadMs: number
  /** How much faster than that time it goes. */
  readonly drift: number
  /** How far somebody has set its wall clock forward or back. */
  wallStepMs: number
}

/** A process, which can be held up and killed at any of its waits. */
export class Host {
  readonly machine: Machine
  isDead = false
  heldUntil = 0
  constructor(machine: Machine = { aheadMs: 0, drift: 0, wallStepMs: 0 }) {
    this.machine = machine
  }
}

interface Happening {
  readonly at: number
  readonly order: number
  readonly host: Host
  readonly run: () => void
  isOver: boolean
}

/** The host of all that belongs to no process: the network, the people, the machines themselves. */
const nature = new Host()
const hosts = new AsyncLocalStorage<Host>()
const turn = setImmediate
/** Far from 1970, so that no clock of a machine shows the time before it. */
const epoch = Date.UTC(2030, 0, 1)

let dice: Chance = chance(1)
let queue: Happening[] = []
let order = 0
let time = 0

export const currentHost = (): Host => hosts.getStore() ?? nature
/** The fleet's time, in milliseconds since 1970. */
export const fleetNow = (): number => epoch + Math.floor(time)
export const elapsed = (): number => time

/** Begins anew, at the same moment for each seed. */
export function begin(seed: number): Chance {
  dice = chance(seed)
  queue = []
  order = 0
  time = 0
  return chance(seed + 1)
}

export function runOn<T>(host: Host, work: () => T): T {
  return hosts.run(host, work)
}

/** Runs `run` after a while in this process, unless it is killed; later if it is held up then. */
export function after(delayMs: number, run: () => void, host = currentHost()): Happening {
  const happening = { at: time + Math.max(0, delayMs), order: order++, host, run, isOver: false }
  push(happening)
  return happening
}

/** Never resolves in a process that is killed meanwhile. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => after(delayMs, resolve))
}

/** Lets events happen one after the other until `until`, or until `isOver` holds. */
export async function runUntil(until: number, isOver: () => boolean = () => false): Promise<void> {
  for (let next = queue[0]; next !== undefined && next.at <= until && !isOver(); next = queue[0]) {
    pop()
    if (next.isOver || next.host.isDead) continue
    time = Math.max(time, next.at)
    if (next.host.heldUntil > time) {
      push({ ...next, at: next.host.heldUntil, order: order++ })
      continue
    }
    hosts.run(next.host, next.run)
    // Everything that follows without a wait happens at this moment.
    await new Promise((resolve) => turn(resolve))
  }
  time = Math.max(time, until === Number.POSITIVE_INFINITY ? time : isOver() ? time : until)
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(happening: Happening): void {
  let place = queue.push(happening) - 1
  for (let above = (place - 1) >> 1; place > 0; place = above, above = (place - 1) >> 1) {
    const upper = queue[above] as Happening
    if (!isBefore(happening, upper)) break
    queue[place] = upper
    queue[above] = happening
  }
}

function pop(): void {
  const last = queue.pop()
  if (last === undefined || queue.length === 0) return
  let place = 0
  for (;;) {
    let below = 2 * place + 1
    const [left, right] = [queue[below], queue[below + 1]]
    if (left === undefined) break
    if (right !== undefined && isBefore(right, left)) below += 1
    const lower = queue[below] as Happening
    if (!isBefore(lower, last)) break
    queue[place] = lower
    place = below
  }
  queue[place] = last
}

/** A timer as Node.js gives it, on the fleet's time. */
class Timer {
  #happening: Happening
  readonly #delayMs: number
  readonly #host = currentHost()
  readonly #run: () => void
  constructor(run: () => void, delayMs: number, repeats: boolean) {
    this.#delayMs = Math.max(1, delayMs)
    this.#run = () => {
      if (repeats) this.refresh()
      run()
    }
    this.#happening = after(this.#delayMs, this.#run, this.#host)
  }
  stop(): void {
    this.#happening.isOver = true
  }
  refresh(): this {
    this.stop()
    this.#happening = after(this.#delayMs, this.#run, this.#host)
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

const stop = (timer: unknown) => {
  if (timer instanceof Timer) timer.stop()
}
const onMachine = () => {
  const { aheadMs, drift } = currentHost().machine
  return time * (1 + drift) + aheadMs
}

function sleep(delayMs = 0, value?: unknown, { signal }: { readonly signal?: AbortSignal } = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      timer.stop()
      reject(Object.assign(new Error('aborted'), { name: 'AbortError', code: 'ABORT_ERR', cause: signal?.reason }))
    }
    const timer = new Timer(
      () => {
        signal?.removeEventListener('abort', abort)
        resolve(value)
      },
      delayMs,
      false,
    )
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

Object.assign(globalThis, {
  setTimeout: (run: (...all: unknown[]) => void, delayMs = 0, ...all: unknown[]) =>
    new Timer(() => run(...all), delayMs, false),
  setInterval: (run: (...all: unknown[]) => void, delayMs = 0, ...all: unknown[]) =>
    new Timer(() => run(...all), delayMs, true),
  clearTimeout: stop,
  clearInterval: stop,
})
Date.now = () => epoch + Math.floor(onMachine()) + currentHost().machine.wallStepMs
performance.now = onMachine
process.hrtime.bigint = () => BigInt(Math.round(onMachine() * 1e6))
Math.random = () => dice.fraction()
crypto.randomUUID = () => {
  const hex = Array.from({ length: 4 }, () => dice.between(0, 0xff_ff_ff_ff).toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}
Object.assign(timersPromises, { setTimeout: sleep })
// No machine of a fleet ever sleeps, whatever this one does.
const uptime = -1
const { openSync, readSync } = fs
Object.assign(fs, {
  openSync: (...given: Parameters<typeof openSync>) => (given[0] === '/proc/uptime' ? uptime : openSync(...given)),
  readSync: (descriptor: number, into: Buffer, ...rest: never[]) =>
    descriptor === uptime ? into.write('0.00') : readSync(descriptor, into, ...(rest as [])),
})
syncBuiltinESMExports()
// A schedule throws away thousands of errors, which nobody reads.
Error.stackTraceLimit = 4
