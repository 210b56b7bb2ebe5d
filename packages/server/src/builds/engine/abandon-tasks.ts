import { abandonBuilds } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { BuildEngine } from './build-engine.ts'

interface AbandonTaskServices {
  readonly engine: Pick<BuildEngine, 'store'>
  readonly settings: Pick<Settings, 'abandonAfterHours'>
  readonly log: Logger
}

const hourMs = 3_600_000

export const abandonCrontab = ['*/5 * * * * abandon_builds']

/** The task that abandons stalled builds. */
export function abandonTasks({ engine: { store }, settings, log }: AbandonTaskServices): TaskList {
  const { abandonAfterHours } = settings
  return {
    abandon_builds: async () => {
      if (abandonAfterHours === 'forever') return
      const warn = (level: 'warn', message: string, error?: unknown) => log[level]({ err: error }, message)
      const options = { store, afterMs: abandonAfterHours * hourMs, log: warn }
      const builds = await abandonBuilds(options, now())
      if (builds > 0) log.warn({ builds }, 'abandoned stalled builds')
    },
  }
}
