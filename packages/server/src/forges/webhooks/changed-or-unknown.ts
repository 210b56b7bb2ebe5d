import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'

/** The changed files as the forge tells them; null when it will not tell: the commits may be gone. */
export async function changedOrUnknown(
  ask: () => Promise<readonly string[] | null>,
): Promise<readonly string[] | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ForgeRefused) return null
    throw error
  }
}
