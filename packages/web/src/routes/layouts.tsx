import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { sessionQuery } from '../api/session.ts'
import { Toasts } from '../interaction/toasts.tsx'
import { flagParam, present } from '../navigation/search-params.ts'
import { NotFound, PlainNotFound } from './not-found.tsx'
import { PlainFailure } from './page-failure.tsx'

export const rootRoute = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
  component: Root,
  notFoundComponent: PlainNotFound,
  errorComponent: PlainFailure,
})

/** Pages without the page frame: sign-in, and mailed links. */
export const plainRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'plain',
  component: PlainLayout,
})

/** Pages for signed-in people. Other people are sent to `/login` and return afterwards (web A5). */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  // The dialog can open over any page.
  validateSearch: (given: Record<string, unknown>) => present({ 'create-org': flagParam(given, 'create-org') }),
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    if (session === null) throw redirect({ to: '/login', search: { redirect: location.href }, replace: true })
  },
  component: lazyRouteComponent(() => import('../frame/frame.tsx'), 'Frame'),
})

/** The pages of one organization. */
export const organizationRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '$org',
  component: lazyRouteComponent(() => import('./organization-layout.tsx'), 'OrganizationLayout'),
  // An unknown page of the organization keeps the page frame.
  notFoundComponent: NotFound,
})

function Root() {
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  )
}

/** Lays out a narrow page without the page frame. */
function PlainLayout() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-110 flex-col px-4 py-12">
      <Outlet />
    </main>
  )
}
