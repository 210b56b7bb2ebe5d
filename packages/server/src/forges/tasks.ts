/** Background work between forges and builds. */
import type { JobHelpers, TaskList, TaskSpec } from 'graphile-worker'
import { ForgeUnavailable } from '../platform/outbound/forge-errors.ts'
import { traceOfTask, withTrace } from '../platform/tracing/current-trace.ts'
import { readFlag, readText } from '../platform/worker/payload.ts'
import { bitbucketCrontab, bitbucketTasks } from './bitbucket/sync.ts'
import { type ReportServices, reportBuild } from './checks/report-build.ts'
import { removeOldSkips } from './checks/skipped-store.ts'
import { reportTask } from './checks/store.ts'
import { finishDiscovery } from './discovery/finish-discovery.ts'
import { type DiscoveryServices, startDiscovery } from './discovery/start-discovery.ts'
import { removeOldDiscoveries } from './discovery/store.ts'
import { githubCrontab, githubTasks } from './github/sync.ts'
import { buildScheduled, runSchedules, type ScheduleServices } from './triggers/schedules.ts'
import type { EventServices } from './webhooks/event-context.ts'
import { processDelivery } from './webhooks/process-delivery.ts'
import { removeOldDeliveries } from './webhooks/store.ts'

type ForgeTaskServices = EventServices &
  ReportServices &
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
      await rateLimited(helpers, payload, {}, () =>
        withTrace(traceOfTask(payload), () => processDelivery(services, name)),
      )
    },
    follow_build: async (payload, helpers) => {
      const buildId = readText(payload, 'build_id')
      const { queue_name: queueName, job_key: jobKey } = reportTask(buildId)
      await rateLimited(helpers, payload, { queueName, jobKey }, async () => {
        await finishDiscovery(services, buildId)
        await reportBuild(services, buildId)
      })
    },
    discover: async (payload, helpers) => {
      const wanted = {
        forge: forgeName(payload),
        repository: readText(payload, 'repository'),
        again: readFlag(payload, 'again'),
      }
      const jobKey = `discover:${wanted.forge}:${wanted.repository}`
      await rateLimited(helpers, payload, { jobKey }, () => startDiscovery(services, wanted))
    },
    run_schedules: () => runSchedules(pool, new Date()),
    build_scheduled: async (payload, helpers) => {
      const scheduled = {
        pipeline: readText(payload, 'pipeline'),
        branch: readText(payload, 'branch'),
        tick: readText(payload, 'tick'),
      }
      await rateLimited(helpers, payload, {}, () => buildScheduled(services, scheduled))
    },
    sweep_deliveries: async () => {
      const deliveries = await removeOldDeliveries(pool)
      const discoveries = await removeOldDiscoveries(pool)
      log.info({ deliveries, discoveries, checks: await removeOldSkips(pool) }, 'removed old deliveries')
    },
  }
}

/** Repeats a task when a rate limit ends. The worker retries other failures. */
async function rateLimited(
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
