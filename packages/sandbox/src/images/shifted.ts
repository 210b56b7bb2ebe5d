import { firstId, idCount } from '../layout/layout.ts'
import { footing } from '../privilege/privilege-mode.ts'
import { runTool } from '../system/run-tool.ts'

/**
 * Whether roots lie on the disk with the ids that sandboxes have outside. Elsewhere a mount maps them, which an ordinary user may not: there are the two
 * kinds, and neither is of use as the other.
 */
export const isStoredShifted = footing.kind === 'mapped'

/** How umoci is told. */
export const shiftOptions: readonly string[] = isStoredShifted
  ? ['--uid-map', '--gid-map'].flatMap((option) => [option, `0:${firstId}:${idCount}`])
  : []

/** Gives all of a tree to root of sandboxes. Whose it was an ordinary user cannot see: almost all of a machine's programs are root's. */
export async function shiftToRoot(root: string): Promise<void> {
  await runTool('chown', ['--recursive', '--no-dereference', `${firstId}:${firstId}`, root])
}
