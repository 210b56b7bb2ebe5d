/**
 * Returns the client of @harmont/cloud for one organization, for tests and benchmarks. The client
 * sends no request twice.
 */
import {
  type Build,
  type CloudClient,
  CloudError,
  createClient,
  type Job,
  type Schemas,
  waitForBuild,
} from '@harmont/cloud'

export interface OrganizationClient {
  readonly client: CloudClient
  readonly org: string
  /** Returns the pipeline's slug; creates a missing pipeline. */
  ensurePipeline(pipeline: Schemas['CreatePipelineRequest']): Promise<string>
  createBuild(pipeline: string, build: Schemas['CreateBuildRequest']): Promise<Build>
  getBuild(pipeline: string, number: number): Promise<Build>
  /** Returns one page of the newest builds. */
  listBuilds(pipeline: string): Promise<readonly Build[]>
  listJobs(pipeline: string, number: number): Promise<readonly Job[]>
  /** Opens the job's log from the start, as Server-Sent Events. */
  openLog(jobId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** Returns the output of the job's command so far, with the server's remarks on request. */
  readLog(jobId: string, options?: { readonly remarks: boolean }): Promise<string>
  cancelBuild(pipeline: string, number: number): Promise<Build>
}

export interface Ended {
  readonly build: Build
  /** Jobs of the build by step key. */
  readonly jobs: ReadonlyMap<string, Job>
}

const once = { attempts: 1 }

export function connect(baseUrl: string, token: string, org: string): OrganizationClient {
  const client = createClient({ baseUrl, token })
  return {
    client,
    org,
    async ensurePipeline(body) {
      try {
        return (await client.getPipeline({ org, pipeline: body.name }, once)).slug
      } catch (error) {
        if (!(error instanceof CloudError) || error.code !== 'pipeline_not_found') throw error
        return (await client.createPipeline({ org, body }, once)).slug
      }
    },
    createBuild: (pipeline, body) => client.createBuild({ org, pipeline, body }, once),
    getBuild: (pipeline, number) => client.getBuild({ org, pipeline, number }, once),
    listBuilds: async (pipeline) => (await client.listBuilds({ org, pipeline }, once)).data,
    listJobs: async (pipeline, number) => (await client.listJobs({ org, pipeline, number }, once)).data,
    async openLog(job_id, signal) {
      const { body } = await client.streamJobLogs({ job_id }, { ...once, signal })
      if (body === null) throw new Error('the log stream has no body')
      return body
    },
    readLog: async (job_id, options) =>
      (await client.getJobLogText({ job_id, ...(options?.remarks ? { meta: '1' } : {}) }, once)).text(),
    cancelBuild: (pipeline, number) => client.cancelBuild({ org, pipeline, number }, once),
  }
}

/** Waits for the build's end. After `timeoutMs`, throws an error with the state of every job. */
export async function buildEnd(
  { client, org }: OrganizationClient,
  pipeline: string,
  number: number,
  timeoutMs = 300_000,
): Promise<Ended> {
  const address = { org, pipeline, number }
  const signal = AbortSignal.timeout(timeoutMs)
  const byKey = async () => {
    const { data } = await client.listJobs(address, once)
    return new Map(data.map((job) => [job.step_key ?? job.id, job]))
  }
  try {
    return { build: await waitForBuild(client, address, { signal }), jobs: await byKey() }
  } catch (error) {
    if (!signal.aborted) throw error
    const { state } = await client.getBuild(address, once)
    const states = [...(await byKey())].map(([key, job]) => `${key}: ${job.state}`).join(', ')
    throw new Error(`build #${number} is still ${state} after ${timeoutMs / 1000} s (${states})`)
  }
}
