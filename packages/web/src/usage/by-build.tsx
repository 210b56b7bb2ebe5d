import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { Instant } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { LoadMore } from '../design/load-more.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { counted } from '../text/count.ts'
import { formatDuration } from '../text/duration.ts'
import { formatCents } from '../text/money.ts'
import { Nothing } from './by-pipeline.tsx'
import type { Days } from './days.ts'
import { buildsQuery } from './queries.ts'
import { Section } from './section.tsx'

interface ByBuildProps {
  readonly org: string
  readonly days: Days
  readonly isBilled: boolean
}

/** Shows the usage of each build, and of its jobs when it is expanded (web U3). */
export function ByBuild({ org, days, isBilled }: ByBuildProps) {
  const query = useInfiniteQuery(buildsQuery(org, days))
  const builds = query.data?.pages.flatMap(({ data }) => data) ?? []
  return (
    <Section title="By build">
      <QueryPlaceholder query={query} what="the builds" rows={4} />
      {query.data !== undefined && builds.length === 0 && <Nothing days={days} />}
      {builds.length > 0 && (
        <Table
          caption="Usage by build"
          columns={[
            'Build',
            'Started',
            { name: 'Jobs', numeric: true },
            { name: isBilled ? 'Spent' : 'vCPU time', numeric: true },
          ]}
        >
          {builds.map((build) => (
            <BuildUse key={build.build_id ?? build.started_at} org={org} build={build} isBilled={isBilled} />
          ))}
        </Table>
      )}
      <LoadMore what="builds" query={query} />
    </Section>
  )
}

interface BuildUseProps {
  readonly org: string
  readonly build: Schema<'UsageBreakdownBuild'>
  readonly isBilled: boolean
}

function BuildUse({ org, build, isBilled }: BuildUseProps) {
  const [isOpen, setOpen] = useState(false)
  const { pipeline_slug: slug, build_number: number, jobs } = build
  const seconds = jobs.reduce((sum, { cpu_count, duration_seconds }) => sum + cpu_count * (duration_seconds ?? 0), 0)
  return (
    <tbody>
      <tr>
        <Td>
          {slug == null || number == null ? (
            <span className="text-muted">Deleted build</span>
          ) : (
            <Link
              to="/$org/pipelines/$slug/builds/$number"
              params={{ org, slug, number: String(number) }}
              className="underline"
            >
              <IsolatedText text={build.pipeline_name ?? slug} /> #{number}
            </Link>
          )}
        </Td>
        <Td>
          <Instant at={build.started_at} />
        </Td>
        <Td numeric>
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="min-h-6 min-w-6 rounded-small px-2 underline hover:bg-sunk"
          >
            {counted(build.job_count, 'job')}
          </button>
        </Td>
        <Td numeric {...(isBilled ? {} : { label: 'vCPU time' })}>
          {isBilled ? formatCents(spent(build.total_cents)) : formatDuration(seconds * 1000)}
        </Td>
      </tr>
      {isOpen &&
        jobs.map((job) => <JobUse key={`${job.job_id} ${job.started_at}`} {...{ org, slug, number, job, isBilled }} />)}
    </tbody>
  )
}

function JobUse({ isBilled, ...of }: JobNameProps & Pick<BuildUseProps, 'isBilled'>) {
  const { cpu_count: cpus, memory_gb: memory, disk_gb: disk, duration_seconds: seconds, amount_cents: cents } = of.job
  return (
    <tr className="bg-raised text-13">
      <Td className="pl-8">
        <JobName {...of} />
      </Td>
      <Td>
        {cpus} vCPU, {memory} GB, {disk} GB disk
      </Td>
      <Td numeric>{seconds == null ? 'running' : formatDuration(seconds * 1000)}</Td>
      <Td numeric>{isBilled ? formatCents(spent(cents)) : ''}</Td>
    </tr>
  )
}

/** Converts a ledger debit, which is negative, to the amount spent. */
function spent(cents: number): number {
  return cents === 0 ? 0 : -cents
}

interface JobNameProps {
  readonly org: string
  readonly slug: string | null | undefined
  readonly number: number | null | undefined
  readonly job: Schema<'UsageBreakdownJob'>
}

function JobName({ org, slug, number, job }: JobNameProps) {
  const name = <IsolatedText text={job.job_name ?? job.step_key ?? 'a step'} />
  if (slug == null || number == null || job.job_id == null) return name
  const params = { org, slug, number: String(number) }
  return (
    <Link
      to="/$org/pipelines/$slug/builds/$number"
      params={params}
      search={{ job: job.step_key ?? job.job_id }}
      className="underline"
    >
      {name}
    </Link>
  )
}
