/**
 * Short-lived state of a sandbox in a tmpfs. It outlives this process, but neither the state nor
 * the command survives a reboot. On a disk, writing these files would cost more than all other work
 * on them. Without a tmpfs, or with little space in it, they are stored with the sandbox's other
 * files. The exit status is stored in memory even then, so that a full disk does not lose it,
 * unless systemd would remove it there.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout, SandboxFiles } from './layout.ts'
import { isOurs, lastsUntilReboot, outlastsCommands } from './own-memory.ts'

/**
 * Larger configurations of a command are stored on disk, because the author of a step controls
 * their size. Everything else takes a few pages of memory.
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
 * Returns whether the state directory exists. It may be lost without a reboot: a container's tmpfs
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
  // Keeps the runtime's own cache.
  const isLeft = (name: string): boolean => !known.has(name) && name !== '.cache'
  const present = placesOf(layout).filter((places) => existsSync(places))
  for (const id of present.flatMap((places) => readdirSync(places)).filter(isLeft)) removeStateDirectory(layout, id)
}

/**
 * Removes all in-memory state when no sandbox remains. The caller must hold the directory's lock:
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
