/**
 * Where the monitor says that the command has begun and how it ended: in the machine's memory, so that a full disk costs no command its outcome. It outlives this
 * process, but not a boot, as commands do. Where the machine has no such memory it lies with the sandbox's other files.
 */
import { lstatSync, mkdirSync, rmSync, statfsSync, symlinkSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isAbsent } from './files.ts'
import type { Layout, SandboxFiles } from './layout.ts'

const tmpfsType = 0x01021994

function placesOf({ memory }: Pick<Layout, 'memory'>): string {
  return `${memory}-ends`
}

/** Makes the place of a sandbox; its other files name it. */
export function makeEndPlace(layout: Layout, id: string, files: Pick<SandboxFiles, 'exitDirectory' | 'sync'>): void {
  symlinkSync('exit/sync', files.sync)
  const places = placesOf(layout)
  if (!isOursInMemory(places)) {
    mkdirSync(files.exitDirectory)
    return
  }
  mkdirSync(join(places, id), { mode: 0o700 })
  symlinkSync(join(places, id), files.exitDirectory)
}

/** Anybody may have made it before us, to look into it, or to write there. */
function isOursInMemory(places: string): boolean {
  try {
    if (statfsSync(dirname(places)).type !== tmpfsType) return false
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
  mkdirSync(places, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(places)
  return uid === process.getuid?.() && (mode & 0o7777) === 0o700
}

/** Removes the place of a sandbox. */
export function removeEndPlace(layout: Pick<Layout, 'memory'>, id: string): void {
  rmSync(join(placesOf(layout), id), { recursive: true, force: true })
}

/** Removes the places of sandboxes that are no more. */
export async function clearEndPlaces({ memory, sandboxes }: Pick<Layout, 'memory' | 'sandboxes'>): Promise<void> {
  try {
    const known = new Set(await readdir(sandboxes))
    const places = placesOf({ memory })
    for (const id of await readdir(places)) if (!known.has(id)) await rm(join(places, id), { recursive: true })
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
}
