import { useInfiniteQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { usePermission } from '../api/session.ts'
import { SettingsLayout } from '../app/settings-layout.tsx'
import { Foreign } from '../design/foreign.tsx'
import { Instant } from '../design/instant.tsx'
import { More } from '../design/more.tsx'
import { EmptyState, ErrorState, Skeleton } from '../design/page-states.tsx'
import { Table, Td, Th } from '../design/table.tsx'
import { auditQuery } from './queries.ts'

/** Who did what, and when. */
export function AuditPage() {
  const { org } = useParams({ from: '/signed-in/$org/settings/audit' })
  const mayRead = usePermission(org, 'audit')
  return (
    <SettingsLayout org={org} title="Audit log">
      {mayRead ? (
        <AuditEvents org={org} />
      ) : (
        <EmptyState title="Only owners and admins can read the audit log">
          It records changes to members, keys, secrets, pipelines and connections.
        </EmptyState>
      )}
    </SettingsLayout>
  )
}

function AuditEvents({ org }: { readonly org: string }) {
  const query = useInfiniteQuery(auditQuery(org))
  const events = query.data?.pages.flatMap(({ data }) => data) ?? []
  if (query.isError && query.data === undefined)
    return <ErrorState error={query.error} what="the audit log" onRetry={() => void query.refetch()} />
  if (query.isPending) return <Skeleton label="Loading the audit log" />
  if (events.length === 0)
    return (
      <EmptyState title="Nothing yet">
        Changes to members, keys, secrets, pipelines and connections appear here.
      </EmptyState>
    )
  return (
    <>
      <Table caption="Audit events, newest first">
        <thead>
          <tr>
            <Th>When</Th>
            <Th>Who</Th>
            <Th>What</Th>
            <Th>Details</Th>
            <Th>From</Th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id}>
              <Td>
                <Instant at={event.created_at} />
              </Td>
              <Td>
                <Foreign text={event.actor?.name ?? event.actor?.email ?? 'the server'} />
              </Td>
              <Td>
                <code className="font-mono text-13">{event.action}</code>
              </Td>
              <Td className="text-13">
                <Foreign text={tellDetails(event)} />
              </Td>
              <Td className="text-13 text-muted">{event.ip ?? '—'}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <More what="events" query={query} />
    </>
  )
}

/** `email ada@example.com, role admin`; else what it was done to. */
function tellDetails({ details, subject }: Schema<'AuditEvent'>): string {
  const told = Object.entries(details ?? {}).map(([name, value]) => {
    return `${name} ${typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)}`
  })
  return told.length > 0 ? told.join(', ') : (subject ?? '')
}
