/**
 * Makes the order of events of a whole fleet deterministic: timers, clocks, ids and randomness of
 * this process follow a seed. Must be imported before any module of the product, in a separate
 * process.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import process from 'node:process'
import timersPromises from 'node:timers/promises'
import { type Chance, chance } from '@harmont/test-kit/effort'

/** A machine's clocks. Clocks continue when the machine's processes end. */
export interface Machine {
  /** Lead of the machine's clocks over the fleet's time. */
  readonly aheadMs: number
  /** Relative drift of its clocks against the fleet's time. */
  readonly drift: number
  /** Offset by which its wall clock was set forward or back. */
  wallStepMs: number
}

/** A process that can be suspended and killed at any of its waits. */
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

/** The host of all events outside processes: of the network, users and machines. */
const nature = new Host()
const hosts = new AsyncLocalStorage<Host>()
const turn = setImmediate
/**
 * Start of the fleet's time, far from 1970, so that no machine's clock shows an earlier time than
 * 1970.
 */
const epoch = Date.UTC(2030, 0, 1)

let dice: Chance = chance(1)
let queue: Happening[] = []
let order = 0
let time = 0

export const currentHost = (): Host => hosts.getStore() ?? nature
/** Returns the fleet's time in milliseconds since 1970. */
export const fleetNow = (): number => epoch + Math.floor(time)
export const elapsed = (): number => time

/**
 * Resets the simulation to the same time for each seed. Returns a source of randomness for the
 * schedule.
 */
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

/**
 * Calls `run` in this process after a delay, or at the end of a suspension that lasts longer. Never
 * calls it in a killed process.
 */
export function after(delayMs: number, run: () => void, host = currentHost()): Happening {
  const happening = { at: time + Math.max(0, delayMs), order: order++, host, run, isOver: false }
  push(happening)
  return happening
}

/** Resolves after a delay; never resolves in a process that is killed meanwhile. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => after(delayMs, resolve))
}

/** Processes events in order until `until` or until `isOver` returns true. */
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
    // Runs all continuations without a wait at the same time.
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

/** A timer with the interface of Node.js, on the fleet's time. */
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
// Machines of a fleet never suspend, unlike this one.
const uptime = -1
const { openSync, readSync } = fs
Object.assign(fs, {
  openSync: (...given: Parameters<typeof openSync>) => (given[0] === '/proc/uptime' ? uptime : openSync(...given)),
  readSync: (descriptor: number, into: Buffer, ...rest: never[]) =>
    descriptor === uptime ? into.write('0.00') : readSync(descriptor, into, ...(rest as [])),
})
syncBuiltinESMExports()
// A schedule discards thousands of errors, so short stack traces save time.
Error.stackTraceLimit = 4
