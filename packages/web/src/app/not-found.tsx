import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { sessionQuery } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Foreign } from '../design/foreign.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { openOverlay } from './overlays.ts'
import { nearestPage } from './sections.ts'

/** Nothing is there: what was asked for, the nearest page that is, and the palette. */
export function NotFound() {
  const { pathname } = useLocation()
  const session = useQuery({ ...sessionQuery, enabled: false }).data
  const nearest = nearestPage(pathname, session?.organizations.map(({ slug }) => slug) ?? [])
  return (
    <>
      <PageHeading title="Not found">There is no such page</PageHeading>
      <div className="flex max-w-[72ch] flex-col items-start gap-4 px-4 pb-12">
        <p>
          You asked for <code className="foreign font-mono">{<Foreign text={pathname} />}</code>.
        </p>
        <p>
          The nearest page is{' '}
          <Link to={nearest.to} className="underline">
            <Foreign text={nearest.label} />
          </Link>
          .
        </p>
        {session != null && <Button onClick={() => openOverlay('palette')}>Search everything</Button>}
      </div>
    </>
  )
}

/** The same outside of the shell. */
export function PlainNotFound() {
  return (
    <main>
      <NotFound />
    </main>
  )
}
