import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { formatCents, formatHours } from '../text/money.ts'
import { type Days, noUsageSentence } from './days.ts'
import { pipelinesQuery } from './queries.ts'
import { Section } from './section.tsx'

interface ByPipelineProps {
  readonly org: string
  readonly days: Days
  readonly isBilled: boolean
}

/** Shows usage by pipeline: amount, share, builds, and days on one scale (web U3). */
export function ByPipeline({ org, days, isBilled }: ByPipelineProps) {
  const query = useQuery(pipelinesQuery(org, days))
  const { data } = query
  const all = data?.data ?? []
  const amount = (one: Amount) => (isBilled ? one.total_cents : one.cpu_seconds)
  const total = all.reduce((sum, one) => sum + amount(one), 0)
  const highest = Math.max(1, ...all.flatMap((one) => one.days.map(amount)))
  return (
    <Section title="By pipeline">
      <QueryPlaceholder query={query} what="the pipelines" rows={3} />
      {data !== undefined && all.length === 0 && <Nothing days={days} />}
      {all.length > 0 && (
        <Table
          caption="Usage by pipeline"
          columns={[
            'Pipeline',
            { name: 'Days', className: 'max-sm:hidden' },
            { name: 'Builds', numeric: true },
            { name: 'Share', numeric: true },
            { name: isBilled ? 'Spent' : 'vCPU-hours', numeric: true },
          ]}
        >
          <tbody>
            {all.map((one) => (
              <tr key={one.pipeline_slug ?? ''}>
                <Td>
                  <PipelineName org={org} usage={one} />
                </Td>
                <Td className="max-sm:hidden">
                  <Spark values={one.days.map(amount)} highest={highest} />
                </Td>
                <Td numeric label="Builds">
                  {one.builds}
                </Td>
                <Td numeric label="Share">
                  {total === 0 ? '—' : `${Math.round((amount(one) / total) * 100)}%`}
                </Td>
                <Td numeric {...(isBilled ? {} : { label: 'vCPU-hours' })}>
                  {isBilled ? formatCents(one.total_cents) : formatHours(one.cpu_seconds)}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  )
}

interface Amount {
  readonly total_cents: number
  readonly cpu_seconds: number
}

function PipelineName({ org, usage }: { readonly org: string; readonly usage: Schema<'PipelineUsage'> }) {
  const { pipeline_slug: slug, pipeline_name: name } = usage
  if (slug === null) return <span className="text-muted">Deleted pipelines</span>
  return (
    <Link to="/$org/pipelines/$slug" params={{ org, slug }} className="underline">
      <IsolatedText text={name ?? slug} />
    </Link>
  )
}

/** Draws small bars; the table states their sum. */
function Spark({ values, highest }: { readonly values: readonly number[]; readonly highest: number }) {
  const width = Math.min(16, 160 / Math.max(1, values.length))
  return (
    <svg aria-hidden="true" width="160" height="20" className="fill-text">
      {values.map((value, index) => {
        const height = value === 0 ? 0 : Math.max(1, (value / highest) * 20)
        // biome-ignore lint/suspicious/noArrayIndexKey: a day is identified by its position
        return <rect key={index} x={index * width} y={20 - height} width={Math.max(1, width * 0.7)} height={height} />
      })}
    </svg>
  )
}

/** Explains that these days have no usage, and suggests a range that may have some. */
export function Nothing({ days }: { readonly days: Days }) {
  return <p className="px-4 py-3 text-muted">{noUsageSentence(days)}</p>
}
