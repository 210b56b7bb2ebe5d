/**
 * Background work, feature by feature. Each task may run twice, and on two machines at the same
 * time.
 */
import type { TaskList } from 'graphile-worker'
import { billingCrontab, billingTasks } from '../billing/tasks.ts'
import { approvalCrontab, approvalTasks } from '../builds/approval/tasks.ts'
import { artifactCrontab, artifactTasks } from '../builds/artifacts/remove-old-artifacts.ts'
import { deletedOrganizationCrontab, deletedOrganizationTasks } from '../builds/deleted-organizations.ts'
import { abandonCrontab, abandonTasks } from '../builds/engine/abandon-tasks.ts'
import { idTokenCrontab, idTokenTasks } from '../builds/id-tokens/tasks.ts'
import { logCrontab, logTasks } from '../builds/logs/tasks.ts'
import { sourceCrontab, sourceTasks } from '../builds/source/remove-old-sources.ts'
import { quarantineTasks } from '../builds/tests/quarantine.ts'
import { testCrontab, testTasks } from '../builds/tests/remove-old-results.ts'
import { forgeCrontab, forgeTasks } from '../forges/tasks.ts'
import { identityCrontab, identityTasks } from '../identity/tasks.ts'
import { notificationCrontab, notificationTasks } from '../notifications/tasks.ts'
import { mailCrontab, mailTasks } from '../platform/mail/tasks.ts'
import { superviseWorker } from '../platform/worker/supervise-worker.ts'
import type { Services } from './routes.ts'
import { sweepCrontab, sweepTasks } from './sweeps.ts'

/** The schedule of recurring tasks, as graphile-worker's crontab. */
export const crontab = [
  ...sweepCrontab,
  ...approvalCrontab,
  ...abandonCrontab,
  ...billingCrontab,
  ...mailCrontab,
  ...logCrontab,
  ...sourceCrontab,
  ...testCrontab,
  ...artifactCrontab,
  ...idTokenCrontab,
  ...identityCrontab,
  ...deletedOrganizationCrontab,
  ...forgeCrontab,
  ...notificationCrontab,
].join('\n')

/**
 * Returns the server's tasks by name, except those of notifications, whose sending outlives the
 * task.
 */
function makeTasks(services: Services): TaskList {
  return {
    ...sweepTasks(services),
    ...approvalTasks(services),
    ...abandonTasks(services),
    ...billingTasks(services),
    ...mailTasks(services),
    ...logTasks(services),
    ...sourceTasks(services),
    ...testTasks(services),
    ...quarantineTasks(services),
    ...artifactTasks(services),
    ...idTokenTasks(services),
    ...identityTasks(services),
    ...deletedOrganizationTasks(services),
    ...forgeTasks(services),
  }
}

/**
 * Runs background work in this process until `stop`, without scheduled work if `byTheClock` is
 * false.
 */
export async function startWorker(services: Services, byTheClock = true): Promise<{ stop(): Promise<void> }> {
  const notifications = notificationTasks(services)
  const taskList = { ...makeTasks(services), ...notifications.tasks }
  const worker = await superviseWorker({ ...services, taskList, crontab: byTheClock ? crontab : '' })
  return {
    async stop() {
      await worker.stop()
      await notifications.stop()
    },
  }
}
