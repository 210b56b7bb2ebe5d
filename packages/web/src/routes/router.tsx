import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createRouter,
  parseSearchWith,
  type RouterHistory,
  RouterProvider,
  stringifySearchWith,
} from '@tanstack/react-router'
import { organizationRoute, plainRoute, rootRoute, signedInRoute } from './layouts.tsx'
import { organizationRoutes } from './organization-routes.ts'
import { PageFailure, PagePending } from './page-failure.tsx'
import { plainRoutes } from './plain-routes.ts'
import { signedInRoutes } from './signed-in-routes.ts'

const routeTree = rootRoute.addChildren([
  plainRoute.addChildren(plainRoutes),
  signedInRoute.addChildren([...signedInRoutes, organizationRoute.addChildren(organizationRoutes)]),
])

/** Creates the router of a page. Uses the browser's history by default. */
export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient },
    ...(history === undefined ? {} : { history }),
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    // Loaders only start requests. In the background, a click during a preload would show nothing
    // until the page's code arrives (TanStack/router#2008).
    defaultStaleReloadMode: 'blocking',
    // A page of another organization, pipeline or build starts anew, without the forms, choices and
    // previous data of the one before.
    defaultRemountDeps: ({ params }) => params,
    scrollRestoration: history === undefined,
    // Parameters are plain texts. With JSON, the default, an address would contain
    // `?days=%2230%22`.
    parseSearch: parseSearchWith((text) => text),
    stringifySearch: stringifySearchWith(String),
    defaultPendingMs: 150,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageFailure,
  })
}

type AppRouter = ReturnType<typeof createAppRouter>

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter
  }
}

/** The whole app. */
export function App({ router }: { readonly router: AppRouter }) {
  return (
    <QueryClientProvider client={router.options.context.queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  )
}
