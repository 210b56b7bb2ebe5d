import { createRouter, parseSearchWith, stringifySearchWith } from '@tanstack/react-router'
import { queryClient } from '../api/query-client.ts'
import { organizationRoute, plainRoute, rootRoute, signedInRoute } from './layouts.tsx'
import { organizationRoutes } from './organization-routes.ts'
import { PageFailure, PagePending } from './page-failure.tsx'
import { plainRoutes } from './plain-routes.ts'
import { signedInRoutes } from './signed-in-routes.ts'

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    plainRoute.addChildren(plainRoutes),
    signedInRoute.addChildren([...signedInRoutes, organizationRoute.addChildren(organizationRoutes)]),
  ]),
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  // Parameters are plain texts. As JSON, the default, an address would have `?days=%2230%22`.
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
  defaultPendingMs: 150,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageFailure,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
