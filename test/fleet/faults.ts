/** Plans faults of a fleet, reproducible by a seed, and inflicts them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '@harmont/test-kit/effort'
import type { Fleet } from './fleet.ts'
import { type Member, skewedClock } from './member.ts'
import { cut, limit } from './network.ts'

/** A fault; `forMs` is its duration. */
export type Fault = { readonly forMs: number } & (
  | { readonly kind: 'kill' | 'drain' | 'freeze'; readonly member: string }
  | { readonly kind: 'clock'; readonly member: string; readonly hours: number }
  | { readonly kind: 'cut'; readonly host: string; readonly way: 'both' | 'answers' }
  | { readonly kind: 'limit'; readonly host: string; readonly kilobits: number }
  | { readonly kind: 'delay'; readonly host: string; readonly ms: number }
  | { readonly kind: 'database'; readonly how: 'fast' | 'kill' }
  | { readonly kind: 'world'; readonly name: string }
)

/**
 * Faults of some fleets only, such as a full disk or an unreachable blob store. Each function
 * begins a fault and returns a function that ends it.
 */
export type World = Readonly<Record<string, () => Promise<() => Promise<void>>>>

export interface Stage {
  readonly members: readonly string[]
  /** Hosts of API, schedulers and runners. */
  readonly hosts: readonly string[]
  readonly runnerHosts: readonly string[]
  readonly kinds: readonly Fault['kind'][]
  /** Names of faults of kind `world`. */
  readonly world: readonly string[]
  /** Maximum duration of a fault. Leases end within 10 s, and runners count as gone after 60 s. */
  readonly mostMs: number
}

export interface Blow {
  readonly pauseMs: number
  readonly fault: Fault
}

/** Returns faults with pauses before them, the same for the same seed. */
export function planFaults(random: Chance, count: number, stage: Stage): readonly Blow[] {
  return Array.from({ length: count }, () => {
    const forMs = random.isOneIn(2) ? random.between(100, 3_000) : random.between(100, stage.mostMs)
    return { pauseMs: random.between(0, 3_000), fault: { forMs, ...randomKind(random, stage) } }
  })
}

function randomKind(random: Chance, { members, hosts, runnerHosts, kinds, world }: Stage) {
  const kind = random.pick(kinds)
  switch (kind) {
    case 'kill':
    case 'drain':
    case 'freeze':
      return { kind, member: random.pick(members) }
    case 'clock':
      return { kind, member: random.pick(members), hours: random.pick([-1, 1]) }
    case 'cut':
      return { kind, host: random.pick(hosts), way: random.pick(['both', 'answers'] as const) }
    case 'limit':
      return { kind, host: random.pick(hosts), kilobits: random.pick([64, 512, 4_000]) }
    case 'delay':
      return { kind, host: random.pick(runnerHosts), ms: random.pick([50, 300, 2_000]) }
    case 'database':
      return { kind, how: random.pick(['fast', 'kill'] as const) }
    case 'world':
      return { kind, name: random.pick(world) }
  }
}

/** Returns the place of a fault. Two faults at one place would undo each other. */
function placeOf(fault: Fault): string {
  if ('member' in fault) return fault.member
  if ('host' in fault) return `link of ${fault.host}`
  return fault.kind === 'world' ? fault.name : fault.kind
}

/**
 * Inflicts blows in parallel lanes until all are done or `isOver` returns true. All faults are
 * healed when it resolves. Returns the number of inflicted blows.
 */
export async function inflictAll(
  fleet: Fleet,
  blows: readonly Blow[],
  {
    lanes,
    isOver = () => false,
    world = {},
  }: { readonly lanes: number; readonly isOver?: () => boolean; readonly world?: World },
): Promise<number> {
  const rest = blows.values()
  const busy = new Set<string>()
  let count = 0
  const lane = async () => {
    for (const { pauseMs, fault } of rest) {
      await sleep(pauseMs)
      if (isOver()) return
      const place = placeOf(fault)
      if (busy.has(place)) continue
      busy.add(place)
      try {
        const heal = await begin(fleet, fault, world)
        await sleep(fault.forMs)
        await heal()
      } catch (cause) {
        throw new Error(`fault ${JSON.stringify(fault)}`, { cause })
      } finally {
        busy.delete(place)
      }
      count += 1
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return count
}

/** Begins a fault and returns a function that ends it. */
async function begin(fleet: Fleet, fault: Fault, world: World): Promise<() => Promise<void>> {
  switch (fault.kind) {
    case 'kill':
    case 'drain': {
      const member = memberOf(fleet, fault.member)
      await member.end(fault.kind === 'kill' ? 'SIGKILL' : 'SIGTERM')
      return () => member.start()
    }
    case 'freeze': {
      const member = memberOf(fleet, fault.member)
      member.signal('SIGSTOP')
      return async () => member.signal('SIGCONT')
    }
    case 'clock': {
      const member = memberOf(fleet, fault.member)
      await member.end('SIGKILL')
      await member.start(skewedClock(fault.hours))
      return async () => {
        await member.end('SIGKILL')
        await member.start()
      }
    }
    case 'cut': {
      const host = fleet.host(fault.host)
      return cut(
        host,
        fleet.hosts.filter((other) => other !== host),
        fault.way,
      )
    }
    case 'limit':
      return limit(fleet.host(fault.host), fault.kilobits)
    case 'delay': {
      const host = fleet.host(fault.host)
      await fleet.balancer.delay(host, fault.ms)
      return () => fleet.balancer.delay(host, 0)
    }
    case 'database':
      await fleet.database.stop(fault.how)
      return () => fleet.database.start()
    case 'world': {
      const start = world[fault.name]
      if (start === undefined) throw new Error(`nobody knows the fault ${fault.name}`)
      return start()
    }
  }
}

function memberOf({ members }: Fleet, name: string): Member {
  const found = members.find((member) => member.name === name)
  if (found === undefined) throw new Error(`the fleet has no process ${name}`)
  return found
}
