import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout } from '../../layout/layout.ts'
import type { EgressBound, EgressNames } from '../../sandbox-driver.ts'
import { readIfPresent, writeAtomically } from '../../system/files.ts'
import type { NetworkSlot } from '../network-slot.ts'
import { readNames } from './names.ts'
import { guardFiles, type LinkPolicy } from './policy.ts'

/** The egress list of a link, as a sandbox's record keeps it. */
export interface BoundRecord extends LinkPolicy {
  /** The address of the sandbox's end of the link. */
  readonly address: string
}

const [firstTicket, lastTicket] = [1_024, 65_535] as const

/** The fields of a sandbox's record that depend on its egress list. */
interface Bound {
  readonly egress?: BoundRecord
  readonly resolvConf: string | null
}

/**
 * Returns the fields of a sandbox's record that depend on its egress list.
 * @param report the id of the sandbox under which its names are recorded.
 */
export function boundFor(layout: Layout, network: NetworkSlot, bound: EgressBound | undefined, report: string): Bound {
  const { address } = network
  if (bound === undefined || address === null) return { resolvConf: network.resolvConf }
  const { hosts } = bound
  const ticket = hosts === null ? 0 : nextTicket(layout.guard)
  return {
    egress: { hosts, address, report, ticket },
    resolvConf: layout.resolvConf(hosts === null ? 'observed' : 'bound'),
  }
}

/**
 * Returns the ticket of the next link: a port number that is otherwise unused in the guard's
 * network namespace. Addresses opened for a link expire within an hour, before its ticket is used
 * again.
 */
function nextTicket(guard: string): number {
  mkdirSync(guard, { recursive: true, mode: 0o711 })
  const path = guardFiles(guard).ticket
  const last = Number(readIfPresent(path) ?? lastTicket)
  const ticket = last === lastTicket ? firstTicket : last + 1
  writeAtomically(path, String(ticket))
  return ticket
}

/** Returns the names that a sandbox has used and those that were refused so far. */
export function namesOf({ guard }: Layout, { report, hosts }: BoundRecord): EgressNames {
  return { isBound: hosts !== null, ...readNames(join(guardFiles(guard).names, report)) }
}

/** Removes the recorded names of a sandbox. */
export function forgetNames({ guard }: Layout, { report }: BoundRecord): void {
  rmSync(join(guardFiles(guard).names, report), { force: true })
}
