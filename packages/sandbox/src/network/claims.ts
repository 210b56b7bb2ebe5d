/**
 * Claims a driver directory's share of the machine's networks: a number, and a block of addresses.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout } from '../layout/layout.ts'
import { lockFile } from '../system/file-lock.ts'
import { readIfPresent, writeAtomically } from '../system/files.ts'
import { stage } from '../system/machine.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import { closeGateway, freeBlock } from './address-block.ts'
import { forgetOtherFirewalls } from './forwarding.ts'
import { linksOf, removeLink } from './links.ts'
import { nft, nftList } from './nft.ts'

const directories = 64
/**
 * Records the directory that has each number, one file per number. Does not survive a reboot, and
 * neither do the tables.
 */
const owners = join(stage, 'networks')

/**
 * Frees a number for other directories. Call it before the table is deleted: afterwards another
 * directory may claim the number.
 */
export function disclaimNumber(number: number): void {
  rmSync(join(owners, String(number)), { force: true })
}

/**
 * Returns this directory's claim, or claims the first free number. Creating an existing table
 * fails, so the kernel decides between concurrent claims.
 */
export async function claimNumber(layout: Layout): Promise<KeptNetwork> {
  const kept = keptNetwork(layout)
  if (kept !== undefined && (await ownerOf(kept.number)) === layout.tag) return kept
  // Prevents concurrent removals, which could remove what a third process has just created.
  await using _gate = await lockFile(join(owners, 'lock'))
  await removeOrphans()
  const owned = new Set(readdirSync(owners))
  const all = Array.from({ length: directories }, (_, number) => number)
  // Numbers of other directories come last: nearly all have a table, and each attempt takes a
  // process.
  for (const number of all.toSorted((a, b) => Number(owned.has(`${a}`)) - Number(owned.has(`${b}`)))) {
    try {
      await nft(`create table inet harmont_${number} { comment "${layout.tag}"; }\n`)
    } catch (error) {
      if (error instanceof ToolFailed && /File exists/.test(error.said)) continue
      throw error
    }
    writeAtomically(layout.network, JSON.stringify({ number }))
    writeAtomically(join(owners, String(number)), layout.root)
    return { number }
  }
  throw new Error(`${directories} runners on this machine already have egress networks (see nft list tables)`)
}

/** The network that a directory has claimed. */
export interface KeptNetwork {
  readonly number: number
  readonly block?: string
}

function keptNetwork(layout: Layout): KeptNetwork | undefined {
  const text = readIfPresent(layout.network)
  return text === undefined ? undefined : (JSON.parse(text) as KeptNetwork)
}

/**
 * Returns this directory's block. Changes it if the machine uses the block elsewhere and no sandbox
 * uses it.
 * @param inUse whether a sandbox uses the block.
 * @param ranges ranges that the machine uses elsewhere.
 */
export function claimBlock(
  layout: Layout,
  { number, block: kept }: KeptNetwork,
  inUse: boolean,
  ranges: readonly string[],
): string {
  if (kept !== undefined && inUse) return kept
  const block = freeBlock(ranges, kept)
  if (block === undefined) throw new Error('every address range for sandboxes is in use on this machine (see ip route)')
  writeAtomically(layout.network, JSON.stringify({ number, block } satisfies KeptNetwork))
  return block
}

/** Frees the numbers of directories that were deleted while a driver used them. */
async function removeOrphans(): Promise<void> {
  for (const name of readdirSync(owners).filter((entry) => /^\d+$/.test(entry))) {
    const directory = readIfPresent(join(owners, name))
    if (directory === undefined || existsSync(directory)) continue
    for (const link of linksOf(Number(name))) await removeLink(link)
    await closeGateway(Number(name))
    await forgetOtherFirewalls(`harmont_${name}`)
    if ((await ownerOf(Number(name))) !== undefined) await nft(`delete table inet harmont_${name}\n`)
    rmSync(join(owners, name), { force: true })
  }
}

async function ownerOf(number: number): Promise<string | undefined> {
  const listed = await nftList<{ readonly table?: { readonly comment?: string } }>('table', 'inet', `harmont_${number}`)
  return listed?.find((entry) => entry.table !== undefined)?.table?.comment
}
