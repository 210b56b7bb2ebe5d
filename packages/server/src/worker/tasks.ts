/** Background work, feature by feature. Each task may run twice, and on two machines at the same time. */
import type { TaskList } from 'graphile-worker'
import { bitbucketCrontab, bitbucketTasks } from '../bitbucket/tasks.ts'
import { sourceCrontab, sourceTasks } from '../build-source/tasks.ts'
import { abandonCrontab, abandonTasks } from '../builds/abandon-tasks.ts'
import { approvalCrontab, approvalTasks } from '../builds/tasks.ts'
import { githubCrontab, githubTasks } from '../github/tasks.ts'
import { logCrontab, logTasks } from '../job-logs/tasks.ts'
import { mailCrontab, mailTasks } from '../mail/tasks.ts'
import { moneyCrontab, moneyTasks } from '../money/tasks.ts'
import { oauthCrontab, oauthTasks } from '../oauth/tasks.ts'
import { organizationCrontab, organizationTasks } from '../organizations/tasks.ts'
import { passkeyCrontab, passkeyTasks } from '../passkeys/tasks.ts'
import { paymentCrontab, paymentTasks } from '../payments/tasks.ts'
import { recoveryTasks } from '../recovery/tasks.ts'
import type { Services } from '../routes.ts'
import { triggerCrontab, triggerTasks } from '../triggers/tasks.ts'
import { sweepCrontab, sweepTasks } from './sweeps.ts'

/** When tasks run by themselves, as graphile-worker's crontab. */
export const crontab = [
  ...sweepCrontab,
  ...approvalCrontab,
  ...abandonCrontab,
  ...moneyCrontab,
  ...paymentCrontab,
  ...mailCrontab,
  ...logCrontab,
  ...sourceCrontab,
  ...passkeyCrontab,
  ...organizationCrontab,
  ...githubCrontab,
  ...bitbucketCrontab,
  ...oauthCrontab,
  ...triggerCrontab,
].join('\n')

/** Every task of the server by its name. */
export function makeTasks(services: Services): TaskList {
  return {
    ...sweepTasks(services),
    ...approvalTasks(services),
    ...abandonTasks(services),
    ...moneyTasks(services),
    ...paymentTasks(services),
    ...mailTasks(services),
    ...logTasks(services),
    ...sourceTasks(services),
    ...passkeyTasks(services),
    ...recoveryTasks(services),
    ...organizationTasks(services),
    ...githubTasks(services),
    ...bitbucketTasks(services),
    ...oauthTasks(services),
    ...triggerTasks(services),
  }
}
