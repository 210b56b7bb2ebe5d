import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectSources } from '@harmont/sandbox'
import type { LocalHome } from '../records/home.ts'
import { sweepParts } from '../records/recorded-artifacts.ts'
import { wantedSnapshots } from '../records/run-record.ts'
import { removeOldRecords, runsOf, withEvents } from '../records/run-records.ts'
import type { Sandboxes } from './open-sandboxes.ts'

const everyMs = 10 * 60_000
const pinnedMs = 24 * 60 * 60_000
const gigabyte = 1024 ** 3

export interface Trimmed {
  readonly snapshots: number
  readonly images: number
  readonly sources: number
}

/**
 * Trims the cache: removes snapshots beyond its limit that no run of the last day needs, and unused
 * images and sources. Returns undefined if another `hm` is running, which will trim it.
 */
export function trim(
  home: LocalHome,
  { driver, images, alone }: Sandboxes,
  { cacheBytes, before }: { readonly cacheBytes: number; readonly before: Date },
): Promise<Trimmed | undefined> {
  return alone(async () => {
    const recent = runsOf(home.runs).filter(({ startedAt }) => startedAt > Date.now() - pinnedMs)
    const keep = new Set(recent.flatMap((facts) => wantedSnapshots(withEvents(home.runs, facts)?.events ?? [])))
    const snapshots = await driver.snapshots.collect({ keep, cacheBytes })
    const goneImages = await images.collect(await driver.imagesInUse())
    mkdirSync(home.sources, { recursive: true, mode: 0o700 })
    const keepManifests = await driver.sourcesInUse()
    const shown = await driver.gitDirectoriesInUse()
    removeHistories(home.git, (path, usedAt) => !shown.has(path) && usedAt < before.getTime())
    await sweepParts(home, before)
    const trees = await collectSources({ directory: home.sources, keepTrees: new Set(), keepManifests, before })
    return { snapshots: snapshots.length, images: goneImages.length, sources: trees.length }
  })
}

/** Removes unused git directories made for sandboxes; the next run creates them again. */
function removeHistories(directory: string, isUnused: (path: string, usedAt: number) => boolean): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (isUnused(path, statSync(path).mtimeMs)) rmSync(path, { recursive: true })
  }
}

/** Removes old runs and trims the cache, at intervals, because a full scan takes time. */
export async function trimRegularly(home: LocalHome, sandboxes: Sandboxes, maxGb: number): Promise<void> {
  const last = statSync(home.trimmed, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const now = Date.now()
  if (Math.abs(now - last) < everyMs) return
  removeOldRecords(home.runs, now)
  const trimmed = await trim(home, sandboxes, { cacheBytes: maxGb * gigabyte, before: new Date(now - pinnedMs) })
  if (trimmed !== undefined) writeFileSync(home.trimmed, '')
}
