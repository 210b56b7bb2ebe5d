import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { usePermission } from '../api/session.ts'
import { Instant } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { LoadMore } from '../design/load-more.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { actorName, auditSentence, type NamedPage } from './audit-sentence.ts'
import { auditQuery } from './queries.ts'
import { SettingsLayout } from './settings-layout.tsx'

/** Shows the audit log. */
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
  if (query.data === undefined) return <QueryPlaceholder query={query} what="the audit log" />
  if (events.length === 0)
    return (
      <EmptyState title="Nothing yet">
        Changes to members, keys, secrets, pipelines and connections appear here.
      </EmptyState>
    )
  return (
    <>
      <Table caption="Audit events, newest first" columns={['When', 'Event', 'From']}>
        <tbody>
          {events.map((event) => (
            <tr key={event.id}>
              <Td>
                <Instant at={event.created_at} />
              </Td>
              <Td className="max-sm:basis-full">
                <Happened org={org} event={event} />
              </Td>
              <Td className="text-13 text-muted">{event.ip ?? '—'}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <LoadMore what="events" query={query} />
    </>
  )
}

/** Shows the event as a sentence, and below it its API name with the actor's address. */
function Happened({ org, event }: { readonly org: string; readonly event: Schema<'AuditEvent'> }) {
  const { action, actor } = event
  return (
    <>
      <p>
        <strong className="font-semibold">
          <IsolatedText text={actorName(event)} />
        </strong>{' '}
        {auditSentence(event).map((part, index) =>
          typeof part === 'string' ? (
            part
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence have no other name
            <Named key={index} org={org} name={part.name} page={part.page} />
          ),
        )}
      </p>
      <p className="text-12 text-muted">
        <code className="font-mono">{action}</code>
        {actor?.name && actor.email && (
          <>
            {' · '}
            <IsolatedText text={actor.email} />
          </>
        )}
      </p>
    </>
  )
}

interface NamedProps {
  readonly org: string
  readonly name: string
  readonly page: NamedPage | undefined
}

function Named({ org, name, page }: NamedProps) {
  const text = <IsolatedText text={name} />
  switch (page?.kind) {
    case 'members':
      return (
        <Link to="/$org/settings/members" params={{ org }} className="underline">
          {text}
        </Link>
      )
    case 'settings':
      return (
        <Link to="/$org/settings" params={{ org }} className="underline">
          {text}
        </Link>
      )
    case 'notifications':
      return (
        <Link to="/$org/settings/notifications" params={{ org }} className="underline">
          {text}
        </Link>
      )
    case 'runners':
      return (
        <Link to="/$org/settings/runners" params={{ org }} className="underline">
          {text}
        </Link>
      )
    case 'pipeline':
      return (
        <Link to="/$org/pipelines/$slug" params={{ org, slug: page.slug }} className="underline">
          {text}
        </Link>
      )
    case 'build':
      return (
        <Link
          to="/$org/pipelines/$slug/builds/$number"
          params={{ org, slug: page.slug, number: page.number }}
          search={page.job === undefined ? {} : { job: page.job }}
          className="underline"
        >
          {text}
        </Link>
      )
    default:
      return text
  }
}
