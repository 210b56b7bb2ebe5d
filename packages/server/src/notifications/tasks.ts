/** Background work of notifications. */
import type { TaskList } from 'graphile-worker'
import type { BuildEngine } from '../builds/engine/build-engine.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import { readText } from '../platform/worker/payload.ts'
import { Sender, type SenderServices } from './deliveries/sender.ts'
import { removeOld } from './store.ts'
import { type TellServices, tellEvent } from './tell-event.ts'

interface NotificationTaskServices extends TellServices, Omit<SenderServices, 'allowedHosts' | 'now'> {
  readonly settings: Pick<Settings, 'notificationAllow'>
  readonly engine: Pick<BuildEngine, 'store'>
}

export const notificationCrontab = ['57 * * * * sweep_notifications']

/** Returns the tasks, and a function that stops the sending that they have started. */
export function notificationTasks(services: NotificationTaskServices): {
  readonly tasks: TaskList
  stop(): Promise<void>
} {
  const { pool, log, settings, engine } = services
  const sender = new Sender({
    ...services,
    allowedHosts: settings.notificationAllow,
    now: () => new Date(engine.store.now()),
  })
  return {
    tasks: {
      tell_event: (payload) => tellEvent(services, readText(payload, 'event_id')),
      send_notifications: (payload) => sender.begin(readText(payload, 'notification_id')),
      sweep_notifications: async () => {
        log.info(await removeOld(pool), 'removed old deliveries of notifications and results of branches')
      },
    },
    stop: () => sender.stop(),
  }
}
