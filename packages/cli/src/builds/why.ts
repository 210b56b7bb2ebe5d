import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { EventMapper, isJobEnded } from '../events/event-mapper.ts'
import { buildAddress, buildUrl, findJob } from '../server/address.ts'
import { openSession, translateErrors } from '../server/session.ts'
import { fold } from '../view/fold.ts'
import { newRun } from '../view/run-model.ts'
import { printWhy } from '../view/why-view.ts'
import { reasonOnServer } from './explain-cache.ts'
import { factsOfBuild, mapServerJob } from './map-server-job.ts'
import { jobLogLines } from './run-log.ts'
import { serverTests } from './server-tests.ts'

/** Explains a build of the server or one of its steps, by default the newest build. */
export async function whyOnServer(
  context: Context<'why'>,
  build: string | undefined,
  key: string | undefined,
): Promise<ExitCode> {
  return translateErrors(context, async () => {
    const { flags, signal } = context
    const session = await openSession(context)
    const { client } = session
    const address = await buildAddress(context, session, { pipeline: flags.pipeline, build })
    const only = key === undefined ? null : (await findJob(context, session, address, key)).id
    const [{ build: told, jobs: views }, { data: jobs }, facts] = await Promise.all([
      client.getBuildView(address, { signal }),
      client.listJobs(address, { signal }),
      factsOfBuild(client, address, signal),
    ])
    const run = newRun()
    const mapper = new EventMapper(facts)
    for (const event of mapper.queued(jobs.map(mapServerJob))) fold(run, event)
    const { org, pipeline, number } = address
    const accepted = { run_id: told.id ?? '', number, org, pipeline }
    fold(run, { kind: 'build_accepted', build: accepted, watch_url: buildUrl(session.appUrl, address) })
    for (const job of jobs) {
      const mapped = mapServerJob(job)
      for (const event of mapper.changed(mapped)) fold(run, event)
      if (!isJobEnded(job)) continue
      if (job.started_at && (job.state === 'failed' || job.state === 'timed_out')) {
        const step_id = mapper.stepId(mapped)
        for await (const lines of jobLogLines(client, job.id, { build: address, signal, ended: Promise.resolve() }))
          for (const line of lines) fold(run, { kind: 'step_log', step_id, ...line })
        for (const tests of await serverTests(client, { ...address, job: job.id }, step_id, signal)) fold(run, tests)
      }
      for (const event of mapper.ended(mapped)) fold(run, event)
    }
    const steps = views.filter(({ id }) => only === null || id === only)
    await printWhy(context, {
      named: `build #${number} of ${org}/${told.pipeline_slug}`,
      state: told.state,
      run,
      isOne: only !== null,
      steps: steps.map((view) => ({
        key: view.step_key ?? view.id,
        state: view.state,
        reason: (view.state === 'skipped' ? run.byId.get(view.id)?.message : null) ?? reasonOnServer(view),
      })),
    })
    return exits.ok
  })
}
