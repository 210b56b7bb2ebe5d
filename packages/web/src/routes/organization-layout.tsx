import { Link, Outlet, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useOrganization, useSession } from '../api/session.ts'
import { signOut } from '../api/session-tabs.ts'
import { addRecent } from '../browser/recent.ts'
import { Button } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { toastFailure } from '../interaction/toasts.tsx'

/** Shows an organization's pages to its members. */
export function OrganizationLayout() {
  const { org } = useParams({ from: '/signed-in/$org' })
  const isOurs = useOrganization(org) !== undefined
  useEffect(() => {
    if (isOurs) addRecent('organizations', org)
  }, [isOurs, org])
  return isOurs ? <Outlet /> : <OrganizationNotFound slug={org} />
}

/**
 * Explains that the organization is unknown or not the person's, without revealing which (web.md
 * 2).
 */
export function OrganizationNotFound({ slug }: { readonly slug: string }) {
  const { user, organizations } = useSession()
  return (
    <>
      <PageHeading title="Organization not found">
        Organization “<IsolatedText text={slug} />” not found
      </PageHeading>
      <div className="flex max-w-[72ch] flex-col items-start gap-4 px-4 pb-12">
        <p>
          It does not exist, or your account <strong className="isolated">{user.email}</strong> is not a member. Ask an
          owner for an invitation, or use another account.
        </p>
        <Button onClick={() => toastFailure(signOut())}>Sign out and use another account</Button>
        {organizations.length > 0 && (
          <nav aria-label="Your organizations" className="flex flex-col gap-2 pt-4">
            <h2 className="text-16 font-semibold">Your organizations</h2>
            <ul className="flex flex-col gap-1">
              {organizations.map(({ slug: own, name, role }) => (
                <li key={own}>
                  <Link to="/$org/pipelines" params={{ org: own }} className="inline-block py-1 underline">
                    <IsolatedText text={name} />
                  </Link>{' '}
                  <span className="text-muted">{role}</span>
                </li>
              ))}
            </ul>
          </nav>
        )}
      </div>
    </>
  )
}
