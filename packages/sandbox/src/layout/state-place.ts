/**
 * Where a sandbox has its small files that are worth nothing after a boot, as its command is: in the machine's memory. They outlive this process, and a file on a disk
 * costs more than all else that is done with it. Where there is no such memory, or little room in it, they lie with the sandbox's other files. How the command
 * ended is kept in memory even then, so that a full disk costs no command its outcome, unless systemd would remove it there.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout, SandboxFiles } from './layout.ts'
import { isLastingPlace, isOurs, isPassingPlace } from './own-memory.ts'

/** What a command is told is as long as the author of its step wants it: more than this goes to the disk. All else that a sandbox has here are some pages. */
export const largestInMemory = 256 * 1024

type Places = Pick<Layout, 'passing' | 'crunState' | 'sandboxes'>

/** Makes the place of a sandbox, to which its directory leads. */
export function makePlace(
  { passing }: Pick<Layout, 'passing'>,
  id: string,
  { state, exitDirectory }: Pick<SandboxFiles, 'state' | 'exitDirectory'>,
): void {
  const isPassing = isPassingPlace(passing)
  if (isPassing) makeLinked(statesIn(passing), id, state)
  else mkdirSync(state, { mode: 0o700 })
  if (!isPassing && isLastingPlace(passing)) makeLinked(endsIn(passing), id, exitDirectory)
  else mkdirSync(exitDirectory)
}

/** False when the memory was cleared and the machine was not started since: that of a container goes with the container. */
export function hasPlace({ exitDirectory }: Pick<SandboxFiles, 'exitDirectory'>): boolean {
  return existsSync(exitDirectory)
}

/** Removes the place of a sandbox, and the runtime's notes of it. */
export function removePlace(layout: Places, id: string): void {
  for (const places of placesOf(layout)) rmSync(join(places, id), { recursive: true, force: true })
}

/** Removes the places of sandboxes that are no more. */
export function clearPlaces(layout: Places): void {
  const known = new Set(readdirSync(layout.sandboxes))
  // The runtime has something of its own, for all that it will ever run.
  const isLeft = (name: string): boolean => !known.has(name) && name !== '.cache'
  const present = placesOf(layout).filter((places) => existsSync(places))
  for (const id of present.flatMap((places) => readdirSync(places)).filter(isLeft)) removePlace(layout, id)
}

/** Removes all that is in memory, once there is no sandbox. Only for who has the directory's lock: whoever gets it next opens its layout anew. */
export function removePassing({ passing }: Pick<Layout, 'passing'>): void {
  if (isOurs(passing)) rmSync(passing, { recursive: true, force: true })
}

function placesOf({ passing, crunState }: Places): readonly string[] {
  return isOurs(passing) ? [statesIn(passing), endsIn(passing), crunState] : [crunState]
}

function statesIn(passing: string): string {
  return join(passing, 'states')
}

function endsIn(passing: string): string {
  return join(passing, 'ends')
}

function makeLinked(places: string, id: string, link: string): void {
  mkdirSync(join(places, id), { recursive: true, mode: 0o700 })
  symlinkSync(join(places, id), link)
}
