import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { join } from 'node:path'
import type { AllowedHost } from '../../sandbox-driver.ts'
import { isAbsent } from '../../system/files.ts'

/** Tells the guard what to do for a link. The driver writes one file for each, named by its address. */
export interface LinkPolicy {
  /** Names the link in the packet rules; see `Tickets`. 0 for one whose connections are only noted. */
  readonly ticket: number
  /** Names the file that has the names used and refused: the sandbox, for its services too. */
  readonly report: string
  /** Null: all, and their names are noted. */
  readonly hosts: readonly AllowedHost[] | null
}

/** Tells the guard about the machine. Another one needs another guard. */
export interface GuardConfig {
  readonly address: string
  /** Resolvers that its network namespace reaches. */
  readonly resolvers: readonly string[]
  /** Private destinations that sandboxes may reach. */
  readonly exceptions: readonly { readonly range: string; readonly port?: number }[]
  /** The user that it becomes. */
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
  /** File systems reuse an inode at once: only with its time it tells a file from the one it replaced. */
  readonly inode: number
  readonly changedAt: number
  readonly policy: LinkPolicy
}

/**
 * Reads the policies of links, each once: a file that another one has replaced is read again,
 * because addresses are given anew.
 */
export class Policies {
  readonly #directory: string
  readonly #known = new Map<string, KnownPolicy>()
  /** Policies of links that have gone, for the next sweep to tell. */
  readonly #gone: LinkPolicy[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Returns the policy of a link; undefined for a sender that has none. */
  of(address: string): LinkPolicy | undefined {
    // A connection that was reset before it was accepted has none.
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

  /** Returns the policies of links that are gone since the last call; undefined without the directory. */
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
