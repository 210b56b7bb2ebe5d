import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { buttonClass } from '../design/button.tsx'
import { chipClass } from '../design/chip.tsx'
import { Instant } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { LoadMore } from '../design/load-more.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { formatCents } from '../text/money.ts'
import { entryName, sourceNames } from './credit.ts'
import type { Days } from './days.ts'
import { exportUrl, ledgerQuery, ledgerSources } from './queries.ts'
import { Section } from './section.tsx'

interface LedgerProps {
  readonly org: string
  readonly days: Days
  /** The kind of entry to show; all by default. */
  readonly source: string | undefined
}

/** Lists every ledger entry, signed, newest first (web U4). */
export function Ledger({ org, days, source: asked }: LedgerProps) {
  const source = ledgerSources.find((one) => one === asked)
  const query = useInfiniteQuery(ledgerQuery(org, source))
  const entries = query.data?.pages.flatMap(({ data }) => data) ?? []
  const actions = (
    <a className={buttonClass()} href={exportUrl(org, 'ledger', days)} download>
      Download CSV
    </a>
  )
  return (
    <Section title="Ledger" actions={actions}>
      <Kinds org={org} chosen={source} />
      <QueryPlaceholder query={query} what="the ledger" rows={4} />
      {query.data !== undefined && entries.length === 0 && (
        <p className="px-4 py-3 text-muted">
          {source === undefined
            ? 'No entries yet. Every top-up and charge appears here.'
            : `No entry is a ${sourceNames[source].toLowerCase()}. Choose All to see every kind.`}
        </p>
      )}
      {entries.length > 0 && (
        <Table caption="Ledger, newest first" columns={['When', 'What', 'For', { name: 'Amount', numeric: true }]}>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <Td>
                  <Instant at={entry.created_at} />
                </Td>
                <Td>{entryName(entry)}</Td>
                <Td>
                  <EntryFor org={org} entry={entry} />
                </Td>
                <Td numeric>{formatCents(entry.amount_cents)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <LoadMore what="entries" query={query} />
    </Section>
  )
}

interface KindsProps {
  readonly org: string
  /** Undefined selects all entries. */
  readonly chosen: (typeof ledgerSources)[number] | undefined
}

function Kinds({ org, chosen }: KindsProps) {
  return (
    <nav aria-label="Kinds of entries" className="flex flex-wrap gap-2 px-4 py-2">
      {[undefined, ...ledgerSources].map((one) => (
        <Link
          key={one ?? 'all'}
          to="/$org/usage"
          params={{ org }}
          search={({ source: _, ...old }) => (one === undefined ? old : { ...old, source: one })}
          aria-current={one === chosen ? 'true' : undefined}
          resetScroll={false}
          className={chipClass}
        >
          {one === undefined ? 'All' : sourceNames[one]}
        </Link>
      ))}
    </nav>
  )
}

function EntryFor({ org, entry }: { readonly org: string; readonly entry: Schema<'Transaction'> }) {
  const { job, description } = entry
  if (job == null) return <IsolatedText text={description ?? ''} />
  const params = { org, slug: job.pipeline_slug, number: String(job.number) }
  return (
    <Link to="/$org/pipelines/$slug/builds/$number" params={params} search={{ job: job.job_id }} className="underline">
      <IsolatedText text={job.pipeline_slug} /> #{job.number}
    </Link>
  )
}
