import { isBuildTerminal } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { BuildEngine } from '../engine/build-engine.ts'

/** Of the whole wait, how long it may be for a runner to take the rendering up. */
const runnerWaitMs = 5000

/**
 * Waits until the pipeline of a build is rendered, or has failed to, at most `waitMs`; less when no runner takes it up. A client that goes away ends the
 * wait and nothing else. A build that is held, or has its steps, is not waited for. Gives how many steps are known.
 */
export async function awaitRender(
  engine: BuildEngine,
  buildId: string,
  waitMs: number,
  gone: AbortSignal,
): Promise<number> {
  const start = now()
  for (;;) {
    const changed = nextChange(engine, buildId)
    try {
      const found = await engine.store.load(buildId)
      if (found === undefined) throw new Error(`the build ${buildId} was deleted while it was being rendered`)
      const { state, steps, render, held } = found.build
      if (steps.length > 0 || held || isBuildTerminal(state)) return steps.length
      const until = start + (render?.state === 'scheduled' ? Math.min(waitMs, runnerWaitMs) : waitMs)
      const leftMs = until - now()
      if (leftMs <= 0 || gone.aborted) return 0
      await changed.within(leftMs, gone)
    } finally {
      changed.stop()
    }
  }
}

interface Change {
  within(ms: number, gone: AbortSignal): Promise<void>
  stop(): void
}

/** The next change of a build from now on. */
function nextChange(engine: BuildEngine, buildId: string): Change {
  let announce = () => {}
  const happened = new Promise<void>((resolve) => {
    announce = resolve
  })
  const stop = engine.store.changes.onBuild(buildId, announce)
  return {
    stop,
    within: (ms, gone) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(done, ms)
        function done() {
          clearTimeout(timer)
          gone.removeEventListener('abort', done)
          resolve()
        }
        gone.addEventListener('abort', done)
        void happened.then(done)
      }),
  }
}
