/** The few calls of the public HTTP contract that the demo needs, typed from it. */
import type { components } from '@harmont/contract'

type Schemas = components['schemas']
export type Build = Schemas['Build']
export type Job = Schemas['Job']

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface Api {
  /** Gives the pipeline's slug, made when it is not there yet. */
  ensurePipeline(pipeline: Schemas['CreatePipelineRequest']): Promise<string>
  createBuild(pipeline: string, build: Schemas['CreateBuildRequest']): Promise<Build>
  getBuild(pipeline: string, number: number): Promise<Build>
  /** The newest builds, one page. */
  listBuilds(pipeline: string): Promise<readonly Build[]>
  listJobs(pipeline: string, number: number): Promise<readonly Job[]>
  /** The job's log as Server-Sent Events, from the start. */
  openLog(jobId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** All that the job's command wrote so far, with the server's own remarks when asked for. */
  readLog(jobId: string, options?: { readonly remarks: boolean }): Promise<string>
  cancelBuild(pipeline: string, number: number): Promise<Build>
}

export function connect(base: string, token: string, organization: string): Api {
  const pipelines = `/api/v0/organizations/${organization}/pipelines`

  async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const response = await fetch(base + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
    if (response.ok) return response
    const { error } = (await response.json()) as Schemas['Error']
    throw new ApiError(response.status, error.code, error.message)
  }
  const json = async <T>(response: Promise<Response>) => (await (await response).json()) as T

  return {
    async ensurePipeline(pipeline) {
      try {
        return (await json<Schemas['Pipeline']>(request('GET', `${pipelines}/${pipeline.name}`))).slug
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'pipeline_not_found') throw error
        return (await json<Schemas['Pipeline']>(request('POST', pipelines, pipeline))).slug
      }
    },
    createBuild: (pipeline, build) => json(request('POST', `${pipelines}/${pipeline}/builds`, build)),
    getBuild: (pipeline, number) => json(request('GET', `${pipelines}/${pipeline}/builds/${number}`)),
    async listBuilds(pipeline) {
      return (await json<Schemas['BuildList']>(request('GET', `${pipelines}/${pipeline}/builds`))).data
    },
    async listJobs(pipeline, number) {
      return (await json<Schemas['JobList']>(request('GET', `${pipelines}/${pipeline}/builds/${number}/jobs`))).data
    },
    async openLog(jobId, signal) {
      const { body } = await request('GET', `/v0/jobs/${jobId}/logs`, undefined, signal)
      if (body === null) throw new Error('the log stream has no body')
      return body
    },
    readLog: async (jobId, options) =>
      (await request('GET', `/v0/jobs/${jobId}/logs.txt${options?.remarks ? '?meta=1' : ''}`)).text(),
    cancelBuild: (pipeline, number) => json(request('PUT', `${pipelines}/${pipeline}/builds/${number}/cancel`)),
  }
}
