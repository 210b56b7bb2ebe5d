import { Link } from '@tanstack/react-router'
import type { Schema } from '../../api/schemas.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'

/** Shows a terminal's access: account, server, scope, duration (web A7). */
export function CliGrant({ user }: { readonly user: Schema<'CurrentUserResponse'> }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      <dt className="text-muted">Account</dt>
      <dd className="min-w-0">
        {user.name != null && user.name !== '' && (
          <>
            <IsolatedText text={user.name} />,{' '}
          </>
        )}
        <IsolatedText text={user.email} />
      </dd>
      <dt className="text-muted">Server</dt>
      <dd>{location.origin}</dd>
      <dt className="text-muted">Access</dt>
      <dd>everything that you can do here</dd>
      <dt className="text-muted">Valid for</dt>
      <dd>30 days, or until you end the session</dd>
    </dl>
  )
}

/** Links the page on which the login can be ended. */
export function CliAfterwards() {
  return (
    <p className="border-t border-hairline pt-4">
      You can end the session at any time under{' '}
      <Link to="/account/sessions" className="underline">
        Account → Sessions
      </Link>
      .
    </p>
  )
}
