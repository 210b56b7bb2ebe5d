import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ApiProblem } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { buttonClass } from '../design/button.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { Notice } from '../design/notice.tsx'
import { EmptyState, ErrorState, Skeleton } from '../design/page-states.tsx'
import { AuthPage } from './auth-page.tsx'
import { mailParts } from './mail-parts.ts'
import { readMailbox } from './queries.ts'

/** Shows the mails of a local server that has no mail server. */
export function MailboxPage() {
  const mailbox = useQuery({
    queryKey: ['mailbox'],
    queryFn: ({ signal }) => readMailbox(signal),
    refetchInterval: ({ state }) => (isAbsent(state.error) ? false : 2000),
  })
  if (isAbsent(mailbox.error))
    return (
      <AuthPage title="Page not found" heading="Page not found">
        <p>The mailbox exists only on a server without a mail server, and opens only on the machine that it runs on.</p>
        <Link to="/" className={buttonClass('primary')}>
          Go to the start page
        </Link>
      </AuthPage>
    )
  if (mailbox.data === undefined && mailbox.error !== null)
    return <ErrorState error={mailbox.error} what="the mailbox" onRetry={() => void mailbox.refetch()} />
  return (
    <AuthPage title="Mailbox" heading="Mailbox">
      <Notice title="These messages were not sent">
        <p>
          This server has no mail server (<code className="font-mono">HARMONT_SMTP_URL</code>). Its messages are kept
          here for a week and shown only on this machine.
        </p>
      </Notice>
      {mailbox.data === undefined ? <Skeleton rows={4} /> : <Mails mails={mailbox.data.data} />}
    </AuthPage>
  )
}

function isAbsent(error: Error | null): boolean {
  return error instanceof ApiProblem && error.problem.status === 404
}

function Mails({ mails }: { readonly mails: readonly Schema<'Mail'>[] }) {
  if (mails.length === 0)
    return <EmptyState title="No messages yet">Messages for sign-up, recovery and invitations appear here.</EmptyState>
  return (
    <ol className="flex flex-col gap-4">
      {mails.map((mail) => (
        <li key={mail.id}>
          <article className="rounded-surface border border-hairline bg-raised px-4 py-3">
            <h2 className="font-semibold">
              <IsolatedText text={mail.subject} />
            </h2>
            <p className="text-13 text-muted">
              to <IsolatedText text={mail.to} /> · <Ago at={mail.created_at} />
            </p>
            <p className="isolated mt-2 whitespace-pre-wrap">
              {mailParts(mail.text, mail.links).map(({ text, link }, index) =>
                link === null ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a mail never changes
                  <IsolatedText key={index} text={text} />
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a mail never changes
                  <a key={index} href={link} className="font-mono text-13 underline">
                    {text}
                  </a>
                ),
              )}
            </p>
          </article>
        </li>
      ))}
    </ol>
  )
}
