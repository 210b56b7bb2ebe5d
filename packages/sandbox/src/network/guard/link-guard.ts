import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../../system/files.ts'
import { nft } from '../nft.ts'
import type { BoundRecord } from './bound.ts'
import type { GuardProcess } from './guard-process.ts'
import { bindLink, freeLink } from './guard-rules.ts'
import { guardFiles, type LinkPolicy } from './policy.ts'

const lookEveryMs = 1_000
/** How long a guard without links keeps running, because the next step may need it. */
const idleMs = 60_000

/** Binds links of a driver directory to its guard. */
export class LinkGuard {
  readonly #directory: string
  readonly #table: string
  readonly #process: GuardProcess
  readonly #links = new Set<string>()
  #looking: NodeJS.Timeout | undefined
  #idle: NodeJS.Timeout | undefined

  /** @param links the links that are bound already. */
  constructor(directory: string, table: string, process: GuardProcess, links: readonly string[]) {
    this.#directory = directory
    this.#table = table
    this.#process = process
    const { policies } = guardFiles(directory)
    mkdirSync(policies, { recursive: true })
    // The guard runs as another user, and this process may have any umask.
    chmodSync(policies, 0o755)
    for (const link of links) this.#links.add(link)
    if (links.length > 0) this.#watch()
  }

  /** Binds a link before it is used. Its traffic is blocked while no guard runs. */
  async bind(link: string, { address, ...policy }: BoundRecord): Promise<void> {
    this.#links.add(link)
    clearTimeout(this.#idle)
    writeAtomically(this.#policy(address), JSON.stringify(policy satisfies LinkPolicy))
    chmodSync(this.#policy(address), 0o644)
    await nft(bindLink(this.#table, { link, ticket: policy.ticket }))
    await this.#process.ensure()
    this.#watch()
  }

  /** Removes the policy of a link that no longer exists. */
  async free(link: string, { address, ticket }: BoundRecord): Promise<void> {
    rmSync(this.#policy(address), { force: true })
    await nft(freeLink(this.#table, { link, ticket }))
    this.#links.delete(link)
    if (this.#links.size > 0) return
    this.#stopWatching()
    this.#idle = setTimeout(() => void this.#process.stop().catch(() => {}), idleMs).unref()
  }

  /** Stops watching the guard. The guard keeps running for the existing links. */
  close(): void {
    this.#stopWatching()
  }

  /** Ends it. */
  remove(): Promise<void> {
    this.#stopWatching()
    return this.#process.stop()
  }

  /** Replaces the guard if it was killed. New connections are blocked until then. */
  #watch(): void {
    this.#looking ??= setInterval(() => {
      // A failed start is repeated at the next check.
      void this.#process.ensure().catch(() => {})
    }, lookEveryMs).unref()
  }

  #stopWatching(): void {
    clearInterval(this.#looking)
    clearTimeout(this.#idle)
    this.#looking = undefined
  }

  #policy(address: string): string {
    return join(guardFiles(this.#directory).policies, address)
  }
}
