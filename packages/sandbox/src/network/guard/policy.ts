import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { join } from 'node:path'
import type { AllowedHost } from '../../sandbox-driver.ts'
import { isAbsent } from '../../system/files.ts'

/**
 * The guard's policy for a link. The driver writes one file for each link, named after its address.
 */
export interface LinkPolicy {
  /**
   * Identifies the link in the packet rules; see `Tickets`. 0 for a link whose connections are only
   * recorded.
   */
  readonly ticket: number
  /**
   * The name of the file with the used and refused names: the id of the sandbox, also for its
   * services.
   */
  readonly report: string
  /** Null to allow all hosts and record their names. */
  readonly hosts: readonly AllowedHost[] | null
}

/** The guard's facts about the machine. If they change, a new guard is needed. */
export interface GuardConfig {
  readonly address: string
  /** Resolvers that are reachable from the guard's network namespace. */
  readonly resolvers: readonly string[]
  /** Private destinations that sandboxes may reach. */
  readonly exceptions: readonly { readonly range: string; readonly port?: number }[]
  /** The user id to which the guard switches. */
  readonly userId: number
}

/** The files between a driver and its guard, below a directory. */
export function guardFiles(directory: string) {
  return {
    config: join(directory, 'config.json'),
    pid: join(directory, 'pid'),
    log: join(directory, 'log'),
    group: join(directory, 'group'),
    ticket: join(directory, 'ticket'),
    policies: join(directory, 'policies'),
    names: join(directory, 'names'),
  }
}

interface KnownPolicy {
  /**
   * The change time is compared too, because file systems may reuse the inode of a replaced file
   * immediately.
   */
  readonly inode: number
  readonly changedAt: number
  readonly policy: LinkPolicy
}

/**
 * Reads and caches the policies of links. Reads a replaced file again, because addresses are
 * reused.
 */
export class Policies {
  readonly #directory: string
  readonly #known = new Map<string, KnownPolicy>()
  /** Policies of removed links that the next sweep reports. */
  readonly #gone: LinkPolicy[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Returns the policy of a link; undefined for a sender without a policy. */
  of(address: string): LinkPolicy | undefined {
    // A connection that was reset before it was accepted has no address.
    if (!isIPv4(address)) return undefined
    const path = join(this.#directory, address)
    try {
      const { ino: inode, ctimeMs: changedAt } = statSync(path)
      const known = this.#known.get(address)
      if (known?.inode === inode && known.changedAt === changedAt) return known.policy
      const policy = JSON.parse(readFileSync(path, 'utf8')) as LinkPolicy
      this.#forget(address)
      this.#known.set(address, { inode, changedAt, policy })
      return policy
    } catch (error) {
      if (!isAbsent(error)) throw error
      this.#forget(address)
      return undefined
    }
  }

  /**
   * Returns the policies of links removed since the last call; undefined if the directory is
   * missing.
   */
  sweep(): { readonly left: number; readonly gone: readonly LinkPolicy[] } | undefined {
    try {
      const present = new Set(readdirSync(this.#directory))
      for (const address of this.#known.keys()) if (!present.has(address)) this.#forget(address)
      return { left: present.size, gone: this.#gone.splice(0) }
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  #forget(address: string): void {
    const known = this.#known.get(address)
    if (known !== undefined) this.#gone.push(known.policy)
    this.#known.delete(address)
  }
}
