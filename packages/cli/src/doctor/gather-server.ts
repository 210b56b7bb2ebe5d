import { type CloudClient, CloudError } from '@harmont/cloud'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import { HmError } from '../errors.ts'
import { cloudFailure } from '../server/failures.ts'
import { defaultPipeline } from '../server/pipeline-address.ts'
import { connect, openSession } from '../server/session.ts'
import type { Problem, ServerFacts } from './judge-server.ts'

const limitMs = 3000

type Here = Pick<Context, 'config' | 'credentials' | 'env' | 'output' | 'signal' | 'directory'>
type Ask = <T>(work: (here: Here) => Promise<T>) => Promise<T | Problem>

export async function gatherServer(context: Here, config: Config): Promise<ServerFacts> {
  const apiUrl = config.get('cloud.api_url')
  const ask: Ask = (work) => answerOf(context, apiUrl, work)
  const contract = await ask(async (here) => contractOf(await connect(here, null), here.signal))
  if ('problem' in contract) return { apiUrl, contract }
  const account = await ask(async (here) => {
    const { name, email } = await (await openSession(here)).client.getCurrentUser({}, once(here))
    return { name: name === null ? email : `${name} <${email}>` }
  })
  if ('problem' in account) return { apiUrl, contract, account }
  const organization = await ask(async (here) => {
    const session = await openSession(here)
    return { slug: (await session.client.getOrganization({ org: await session.org() }, once(here))).slug }
  })
  if ('problem' in organization) return { apiUrl, contract, account, organization }
  const isConfigured = config.get('cloud.pipeline') !== undefined
  const pipeline = await ask((here) => pipelineOf(here, organization.slug, isConfigured))
  return { apiUrl, contract, account, organization, pipeline }
}

function once({ signal }: Here) {
  return { signal, attempts: 1 }
}

async function answerOf<T>(context: Here, apiUrl: string, work: (here: Here) => Promise<T>): Promise<T | Problem> {
  const limit = AbortSignal.timeout(limitMs)
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, limit]) })
  } catch (error) {
    context.signal.throwIfAborted()
    if (limit.aborted) return { problem: `${apiUrl} did not answer within ${limitMs / 1000} s`, fix: undefined }
    const known = error instanceof CloudError ? cloudFailure(error, apiUrl) : error
    if (known instanceof HmError) return { problem: known.message, fix: known.fix }
    throw error
  }
}

async function contractOf(client: CloudClient, signal: AbortSignal) {
  const health = await client.getHealth({}, { signal, attempts: 1 })
  const now = Date.now()
  await health.body?.cancel()
  const date = Date.parse(health.headers.get('date') ?? '')
  const { info } = await client.getOpenApiDocument({}, { signal, attempts: 1 })
  const version = typeof info === 'object' && info !== null && 'version' in info ? String(info.version) : 'unknown'
  // The header has a resolution of one second, so differences below two seconds are ignored.
  const skew = Math.trunc((now - date) / 1000)
  return { version, skewSeconds: Number.isNaN(date) ? undefined : Math.abs(skew) < 2 ? 0 : skew }
}

async function pipelineOf(here: Here, org: string, isConfigured: boolean) {
  const { client } = await openSession(here)
  try {
    const { slug, allow_manual } = await client.getPipeline(
      { org, pipeline: await defaultPipeline(here, client, org) },
      once(here),
    )
    return { slug, allowsManual: allow_manual }
  } catch (error) {
    const isUnclear = error instanceof HmError && error.code === 'pipeline_not_found' && !isConfigured
    if (isUnclear) return { unclear: error.message }
    throw error
  }
}
