/** Background work, feature by feature. Each task may run twice, and on two machines at the same time. */
import type { TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import { approvalCrontab, approvalTasks } from '../builds/tasks.ts'
import { githubCrontab, githubTasks } from '../github/tasks.ts'
import { mailCrontab, mailTasks } from '../mail/tasks.ts'
import { moneyCrontab, moneyTasks } from '../money/tasks.ts'
import { oauthCrontab, oauthTasks } from '../oauth/tasks.ts'
import { organizationCrontab, organizationTasks } from '../organizations/tasks.ts'
import { passkeyCrontab, passkeyTasks } from '../passkeys/tasks.ts'
import { recoveryTasks } from '../recovery/tasks.ts'
import type { Services } from '../routes.ts'
import { triggerCrontab, triggerTasks } from '../triggers/tasks.ts'
import { sweepCrontab, sweepTasks } from './sweeps.ts'

export interface TaskServices extends Services {
  readonly log: Logger
}

/** When tasks run by themselves, as graphile-worker's crontab. */
export const crontab = [
  ...sweepCrontab,
  ...approvalCrontab,
  ...moneyCrontab,
  ...mailCrontab,
  ...passkeyCrontab,
  ...organizationCrontab,
  ...githubCrontab,
  ...oauthCrontab,
  ...triggerCrontab,
].join('\n')

/** Every task of the server by its name. */
export function makeTasks(services: TaskServices): TaskList {
  return {
    ...sweepTasks(services),
    ...approvalTasks(services),
    ...moneyTasks(services),
    ...mailTasks(services),
    ...passkeyTasks(services),
    ...recoveryTasks(services),
    ...organizationTasks(services),
    ...githubTasks(services),
    ...oauthTasks(services),
    ...triggerTasks(services),
  }
}
