import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { sessionQuery } from '../api/session.ts'
import { Button, buttonClass } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { openOverlay } from '../interaction/overlays.ts'
import { nearestPage } from '../navigation/sections.ts'

/** Explains that a page does not exist, and links the nearest page and the palette. */
export function NotFound() {
  const { pathname } = useLocation()
  const session = useQuery({ ...sessionQuery, enabled: false }).data
  const nearest = nearestPage(pathname, session?.organizations ?? [], usePipelineNames())
  return (
    <>
      <PageHeading title="Page not found">Page not found</PageHeading>
      <div className="flex max-w-[72ch] flex-col items-start gap-4 px-4 pb-12">
        <p>
          There is no page at <code className="isolated font-mono">{<IsolatedText text={pathname} />}</code>.
        </p>
        <div className="flex flex-wrap gap-2">
          <Link to={nearest.to} className={buttonClass('primary')}>
            Go to <IsolatedText text={nearest.label} />
          </Link>
          {session != null && <Button onClick={() => openOverlay('palette')}>Search everything</Button>}
        </div>
      </div>
    </>
  )
}

/** The same without the page frame. */
export function PlainNotFound() {
  return (
    <main>
      <NotFound />
    </main>
  )
}
