import { firstId, idCount } from '../privilege/id-ranges.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { runTool } from '../system/run-tool.ts'

/**
 * Whether roots are stored with the ids that sandboxes have on the machine. For root, a mount
 * maps the ids instead, which an ordinary user may not make. Roots of one kind cannot be used
 * as the other.
 */
export const isStoredShifted = privilegeMode.kind === 'mapped'

/** The id mapping as options of umoci. */
export const shiftOptions: readonly string[] = isStoredShifted
  ? ['--uid-map', '--gid-map'].flatMap((option) => [option, `0:${firstId}:${idCount}`])
  : []

/**
 * Makes the sandboxes' root the owner of a whole tree. An ordinary user cannot see the real owners,
 * and nearly all of a machine's programs belong to root.
 */
export async function shiftToRoot(root: string): Promise<void> {
  await runTool('chown', ['--recursive', '--no-dereference', `${firstId}:${firstId}`, root])
}
