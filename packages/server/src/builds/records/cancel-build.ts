import { now } from '@harmont/sandbox'
import type { BuildEngine } from '../engine/build-engine.ts'

/** Cancels a build. Does not change a build that has ended. */
export async function cancelBuild(engine: BuildEngine, buildId: string): Promise<void> {
  await engine.store.builds.apply(buildId, [{ type: 'cancel', at: now() }])
}
