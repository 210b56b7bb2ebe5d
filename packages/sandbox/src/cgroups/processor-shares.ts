import { join } from 'node:path'
import { writeOptional } from './cgroups.ts'
import type { Groups } from './home.ts'

interface Member {
  readonly share: string
  readonly groups: Groups
  /** The part of its share that the group has now: one of so many. Undefined if unknown. */
  parts: number | undefined
}

/** The kernel's own weight of a group. */
const ordinary = { v2: 100, hybrid: 1024 } as const

/**
 * Divides processor time between sandboxes that want more than the machine has: equally between
 * shares, and equally between the sandboxes of a share. Without this, a tenant with three sandboxes
 * gets three times as much as a tenant with one. A sandbox alone still gets all that its limit
 * allows. Not for an ordinary user, who has no control groups.
 */
export class ProcessorShares {
  readonly #members = new Map<string, Member>()

  /**
   * Adds a sandbox.
   * @param isNew whether its group has the kernel's own weight.
   */
  add(id: string, share: string, groups: Groups, isNew: boolean): void {
    if (groups.flavour === 'pid') return
    this.#members.set(id, { share, groups, parts: isNew ? 1 : undefined })
    this.#divide()
  }

  remove(id: string): void {
    if (this.#members.delete(id)) this.#divide()
  }

  /** Writes the weights that change. While there is only one share, no weight changes. */
  #divide(): void {
    const sizes = new Map<string, number>()
    for (const { share } of this.#members.values()) sizes.set(share, (sizes.get(share) ?? 0) + 1)
    for (const member of this.#members.values()) {
      const parts = sizes.size === 1 ? 1 : (sizes.get(member.share) ?? 1)
      if (parts === member.parts) continue
      member.parts = parts
      setWeight(member.groups, parts)
    }
  }
}

function setWeight({ flavour, top, cpu }: Groups, parts: number): void {
  if (flavour === 'pid') return
  const weight = String(Math.max(2, Math.round(ordinary[flavour] / parts)))
  // In version 2 the sandbox's own group competes with those of other sandboxes, not the limited
  // group within it.
  writeOptional(flavour === 'v2' ? join(top, 'cpu.weight') : join(cpu, 'cpu.shares'), weight)
}
