import { Navigate, useNavigate } from '@tanstack/react-router'
import { useSession } from '../api/session.ts'
import { homeOrganization, readRecent } from '../browser/recent.ts'
import { Button } from '../design/button.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState } from '../design/page-states.tsx'

/** Redirects to an organization, or lets a person without an organization create one. */
export function HomePage() {
  const { user, organizations } = useSession()
  const navigate = useNavigate()
  const slugs = organizations.map(({ slug }) => slug)
  const org = homeOrganization(slugs, user.personal_org_slug, readRecent('organizations'))
  if (org !== undefined) return <Navigate to="/$org/pipelines" params={{ org }} replace />
  const create = () => void navigate({ to: '/', search: { 'create-org': true } })
  return (
    <>
      <PageHeading title="Welcome">Welcome to Harmont</PageHeading>
      <EmptyState
        title="You are not in an organization yet"
        action={
          <Button look="primary" onClick={create}>
            Create an organization
          </Button>
        }
      >
        An organization holds pipelines and the people who can see them. Create one, or ask for an invitation.
      </EmptyState>
    </>
  )
}
