/** Background work between forges and builds. */
import type { JobHelpers, TaskList, TaskSpec } from 'graphile-worker'
import { ForgeUnavailable } from '../platform/outbound/forge-errors.ts'
import { readFlag, readText } from '../platform/worker/payload.ts'
import { bitbucketCrontab, bitbucketTasks } from './bitbucket/sync.ts'
import { type FollowServices, followBuild } from './checks/follow-build.ts'
import { followTask } from './checks/queue-follow.ts'
import { tellDiscovery } from './discovery/report-discovery.ts'
import { type DiscoveryServices, startDiscovery } from './discovery/start-discovery.ts'
import { removeOldDiscoveries } from './discovery/store.ts'
import { githubCrontab, githubTasks } from './github/sync.ts'
import { buildScheduled, type ScheduleServices } from './triggers/build-scheduled.ts'
import { runSchedules } from './triggers/run-schedules.ts'
import { type ProcessServices, processDelivery } from './webhooks/process-delivery.ts'
import { removeOldDeliveries } from './webhooks/store.ts'

type ForgeTaskServices = ProcessServices &
  FollowServices &
  DiscoveryServices &
  ScheduleServices &
  Parameters<typeof githubTasks>[0] &
  Parameters<typeof bitbucketTasks>[0]

export const forgeCrontab = [
  ...githubCrontab,
  ...bitbucketCrontab,
  '* * * * * run_schedules',
  '47 * * * * sweep_deliveries',
]

export function forgeTasks(services: ForgeTaskServices): TaskList {
  const { pool, log } = services
  return {
    ...githubTasks(services),
    ...bitbucketTasks(services),
    process_delivery: async (payload, helpers) => {
      const name = { forge: readText(payload, 'forge'), deliveryId: readText(payload, 'delivery_id') }
      await patiently(helpers, payload, {}, () => processDelivery(services, name))
    },
    follow_build: async (payload, helpers) => {
      const buildId = readText(payload, 'build_id')
      const { queue_name: queueName, job_key: jobKey } = followTask(buildId)
      await patiently(helpers, payload, { queueName, jobKey }, async () => {
        await tellDiscovery(services, buildId)
        await followBuild(services, buildId)
      })
    },
    discover: async (payload, helpers) => {
      const wanted = {
        forge: forgeName(payload),
        repository: readText(payload, 'repository'),
        again: readFlag(payload, 'again'),
      }
      const jobKey = `discover:${wanted.forge}:${wanted.repository}`
      await patiently(helpers, payload, { jobKey }, () => startDiscovery(services, wanted))
    },
    run_schedules: () => runSchedules(pool, new Date()),
    build_scheduled: async (payload, helpers) => {
      const scheduled = {
        pipeline: readText(payload, 'pipeline'),
        branch: readText(payload, 'branch'),
        tick: readText(payload, 'tick'),
      }
      await patiently(helpers, payload, {}, () => buildScheduled(services, scheduled))
    },
    sweep_deliveries: async () => {
      const deliveries = await removeOldDeliveries(pool)
      log.info({ deliveries, discoveries: await removeOldDiscoveries(pool) }, 'removed old deliveries')
    },
  }
}

/** Where the forge says when to come again, the task comes then; any other failure is the worker's to repeat, later each time. */
async function patiently(
  { addJob, job }: JobHelpers,
  payload: unknown,
  spec: TaskSpec,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof ForgeUnavailable) || error.retryAfterSeconds === null) throw error
    const runAt = new Date(Date.now() + error.retryAfterSeconds * 1000)
    await addJob(job.task_identifier, payload, {
      ...spec,
      runAt,
      ...(spec.jobKey && { jobKeyMode: 'preserve_run_at' }),
    })
  }
}

function forgeName(payload: unknown): 'github' | 'bitbucket' {
  const name = readText(payload, 'forge')
  if (name === 'github' || name === 'bitbucket') return name
  throw new Error(`expected a forge, got ${name}`)
}
