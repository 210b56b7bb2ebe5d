/**
 * Short-lived state of a sandbox in tmpfs. It outlives this process but, like its command, no
 * reboot. On a disk, these files would cost more than everything else about them. Without tmpfs, or
 * with little space in it, they lie with the sandbox's other files. The exit status goes to memory
 * even then, so that a full disk does not lose it, unless systemd would remove it there.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout, SandboxFiles } from './layout.ts'
import { isOurs, lastsUntilReboot, outlastsCommands } from './own-memory.ts'

/**
 * Larger configurations of a command go to disk: the author of a step controls their size.
 * Everything else in memory takes a few pages.
 */
export const largestInMemory = 256 * 1024

type Places = Pick<Layout, 'volatileState' | 'crunState' | 'sandboxes'>

/** Creates the state directory of a sandbox, and links to it from the sandbox's directory. */
export function makeStateDirectory(
  { volatileState }: Pick<Layout, 'volatileState'>,
  id: string,
  { state, exitDirectory }: Pick<SandboxFiles, 'state' | 'exitDirectory'>,
): void {
  const isVolatile = lastsUntilReboot(volatileState)
  if (isVolatile) makeLinked(statesIn(volatileState), id, state)
  else mkdirSync(state, { mode: 0o700 })
  if (!isVolatile && outlastsCommands(volatileState)) makeLinked(endsIn(volatileState), id, exitDirectory)
  else mkdirSync(exitDirectory)
}

/**
 * Returns whether the state directory exists. It may be lost without a reboot: a container's memory
 * ends with the container.
 */
export function hasStateDirectory({ exitDirectory }: Pick<SandboxFiles, 'exitDirectory'>): boolean {
  return existsSync(exitDirectory)
}

/** Removes the state directory of a sandbox and the runtime's state. */
export function removeStateDirectory(layout: Places, id: string): void {
  for (const places of placesOf(layout)) rmSync(join(places, id), { recursive: true, force: true })
}

/** Removes the state of sandboxes that no longer exist. */
export function removeOrphanedStates(layout: Places): void {
  const known = new Set(readdirSync(layout.sandboxes))
  // The runtime's own cache.
  const isLeft = (name: string): boolean => !known.has(name) && name !== '.cache'
  const present = placesOf(layout).filter((places) => existsSync(places))
  for (const id of present.flatMap((places) => readdirSync(places)).filter(isLeft)) removeStateDirectory(layout, id)
}

/**
 * Removes all state in memory when no sandbox is left. The caller must hold the directory's lock:
 * the next holder opens the layout again.
 */
export function removeVolatileState({ volatileState }: Pick<Layout, 'volatileState'>): void {
  if (isOurs(volatileState)) rmSync(volatileState, { recursive: true, force: true })
}

function placesOf({ volatileState, crunState }: Places): readonly string[] {
  return isOurs(volatileState) ? [statesIn(volatileState), endsIn(volatileState), crunState] : [crunState]
}

function statesIn(volatileState: string): string {
  return join(volatileState, 'states')
}

function endsIn(volatileState: string): string {
  return join(volatileState, 'ends')
}

function makeLinked(places: string, id: string, link: string): void {
  mkdirSync(join(places, id), { recursive: true, mode: 0o700 })
  symlinkSync(join(places, id), link)
}
