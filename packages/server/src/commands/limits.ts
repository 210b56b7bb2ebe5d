import process from 'node:process'
import { type Limited, setLimit } from '@harmont/engine'
import type pg from 'pg'
import { type ArtifactQuota, listArtifactQuotas, setArtifactQuota } from '../builds/artifacts/quotas.ts'
import { createLog } from '../platform/create-log.ts'
import type { Database } from '../platform/database/transaction.ts'
import { withDatabase } from '../platform/database/visit-database.ts'
import { byteSize, formatBytes, InvalidValue } from '../platform/settings/parse.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'

const most = 1_000_000

interface Wish {
  readonly organization: string
  /** null: all pipelines of the organization together. */
  readonly pipeline: string | null
  /** null: unlimited. */
  readonly limit: number | null
}

/**
 * Runs `harmont limits`, which prints the limits on running jobs and on artifacts. `harmont limits
 * ORGANIZATION[/PIPELINE] NUMBER|none` and `harmont limits ORGANIZATION artifacts SIZE|none` set or
 * remove a limit first. Running servers apply the change.
 */
export async function limits(args: readonly string[], environment: Environment): Promise<void> {
  const quota = args[1] === 'artifacts' ? readQuota(args) : null
  const wish = args.length === 0 || quota !== null ? null : readLimit(args)
  const said = await withDatabase(readSettings(environment), createLog('error'), async (pool) => {
    if (wish !== null) await setLimit(pool, await requireLimited(pool, wish), wish.limit)
    if (quota !== null) {
      const { id } = await requireLimited(pool, { ...quota, pipeline: null })
      await setArtifactQuota(pool, id, quota.bytes)
    }
    return `${describeLimits(await listLimits(pool))}${describeQuotas(await listArtifactQuotas(pool))}`
  })
  process.stdout.write(said)
}

/** Parses `ORGANIZATION artifacts SIZE|none`. */
export function readQuota(args: readonly string[]): { readonly organization: string; readonly bytes: number | null } {
  const [organization = '', , value = '', ...more] = args
  if (value === 'none' && more.length === 0) return { organization, bytes: null }
  try {
    if (more.length > 0) throw new InvalidValue('one size')
    return { organization, bytes: byteSize(value) }
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new SettingsError(
      `limits: expected a limit on the organization's artifacts, ${error.message}, or \`none\`, got \`${args.slice(2).join(' ')}\`.`,
    )
  }
}

/** Formats one line per quota, in the form of the command's arguments. */
function describeQuotas(quotas: readonly ArtifactQuota[]): string {
  return quotas
    .map(({ organization, bytes, kept }) => {
      const share = bytes === 0 ? 0 : Math.round((100 * kept) / bytes)
      return `${organization} artifacts  ${formatBytes(bytes)}  (${share} % used)\n`
    })
    .join('')
}

/** Parses the arguments. Throws a SettingsError that names the wrong one. */
export function readLimit(args: readonly string[]): Wish {
  const [subject = '', value = '', ...more] = args
  const [organization = '', pipeline = null, ...deeper] = subject.split('/')
  if (organization === '' || pipeline === '' || deeper.length > 0 || more.length > 0)
    throw new SettingsError(
      `limits: expected ORGANIZATION or ORGANIZATION/PIPELINE and a number or \`none\`, got \`${args.join(' ')}\`.`,
    )
  if (value === 'none') return { organization, pipeline, limit: null }
  if (!/^[1-9]\d{0,6}$/.test(value) || Number(value) > most)
    throw new SettingsError(
      `limits: expected a number of jobs that may run at once, 1 to ${most}, or \`none\`, got \`${value}\`.`,
    )
  return { organization, pipeline, limit: Number(value) }
}

async function requireLimited(pool: pg.Pool, { organization, pipeline }: Omit<Wish, 'limit'>): Promise<Limited> {
  const found = await findLimited(pool, organization, pipeline)
  if (found === undefined)
    throw new SettingsError(`limits: expected the slug of an organization, got \`${organization}\`.`)
  if (pipeline === null) return { kind: 'queue', id: found.organizationId }
  if (found.pipelineId === null)
    throw new SettingsError(`limits: expected the slug of a pipeline of \`${organization}\`, got \`${pipeline}\`.`)
  return { kind: 'pipeline', id: found.pipelineId }
}

/** Formats one line per limit, in the form of the command's arguments. */
export function describeLimits(set: readonly SetLimit[]): string {
  if (set.length === 0) return 'No limit is set: as many jobs run at once as there are runner slots.\n'
  const lines = set.map(({ organization, pipeline, limit, running }) => {
    const subject = pipeline === null ? organization : `${organization}/${pipeline}`
    return { subject, text: `${limit}  (${running} running)` }
  })
  const width = Math.max(...lines.map(({ subject }) => subject.length))
  return lines.map(({ subject, text }) => `${subject.padEnd(width)}  ${text}\n`).join('')
}

interface SetLimit {
  readonly organization: string
  readonly pipeline: string | null
  readonly limit: number
  /** The number of jobs that currently count against the limit. */
  readonly running: number
}

/** Lists all limits on running jobs, each organization before its pipelines. */
async function listLimits(database: Database): Promise<readonly SetLimit[]> {
  const { rows } = await database.query<SetLimit>(
    `select o.slug as organization, p.slug as pipeline, l.jobs as limit,
            (select count(*)::int from engine.leases s where s.queue = o.id::text and (p.id is null or s.pipeline = p.id::text)) as running
       from engine.limits l
       left join pipelines p on l.kind = 'pipeline' and p.id::text = l.id
       join organizations o on o.id::text = l.id and l.kind = 'queue' or o.id = p.organization_id
      order by o.slug, p.slug nulls first`,
  )
  return rows
}

interface Found {
  readonly organizationId: string
  /** null: no such pipeline. */
  readonly pipelineId: string | null
}

/** Returns the ids of the slugs; undefined if there is no such organization. */
async function findLimited(
  database: Database,
  organization: string,
  pipeline: string | null,
): Promise<Found | undefined> {
  const { rows } = await database.query<Found>(
    `select o.id as "organizationId", p.id as "pipelineId"
       from organizations o left join pipelines p on p.organization_id = o.id and p.slug = $2 where o.slug = $1 and o.deleted_at is null`,
    [organization, pipeline],
  )
  return rows[0]
}
