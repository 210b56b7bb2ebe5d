import { type Build, isBuildTerminal } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { follow } from '../../platform/follow/follow.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { loadBuild } from '../engine/load-build.ts'

/** The part of the wait within which a runner must start the rendering. */
const runnerWaitMs = 5000

/**
 * Waits at most `waitMs` until the rendering of a build has ended; less if no runner takes it. A
 * client's disconnection ends only the wait. Does not wait for a build that is held or has its
 * steps. Returns the number of known steps.
 */
export async function awaitRender(
  engine: BuildEngine,
  buildId: string,
  waitMs: number,
  gone: AbortSignal,
): Promise<number> {
  const start = now()
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const readings = follow({
    subscribe: (wake) => engine.store.changes.onBuild(buildId, wake),
    async read() {
      const build = await loadBuild(engine, buildId)
      clearTimeout(timer)
      const isTaken = build.render?.state !== 'scheduled'
      const leftMs = start + (isTaken ? waitMs : Math.min(waitMs, runnerWaitMs)) - now()
      if (leftMs > 0) timer = setTimeout(() => over.abort(), leftMs)
      else over.abort()
      return build
    },
    isDone: isRendered,
    restMs: 0,
    signal: AbortSignal.any([gone, over.signal]),
  })
  let steps = 0
  try {
    for await (const build of readings) if (isRendered(build)) steps = build.steps.length
  } finally {
    clearTimeout(timer)
  }
  return steps
}

function isRendered({ state, steps, held }: Build): boolean {
  return steps.length > 0 || held || isBuildTerminal(state)
}
