import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { textSearch } from '../navigation/search-params.ts'
import { signedInRoute } from './layouts.tsx'

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./home-page.tsx'), 'HomePage'),
})

const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('../account/account-page.tsx'), 'AccountPage'),
})

const passkeysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account/passkeys',
  component: lazyRouteComponent(() => import('../account/passkeys-page.tsx'), 'PasskeysPage'),
})

const keysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account/keys',
  component: lazyRouteComponent(() => import('../account/keys-page.tsx'), 'KeysPage'),
})

const sessionsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account/sessions',
  component: lazyRouteComponent(() => import('../account/sessions-page.tsx'), 'SessionsPage'),
})

const appearanceRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account/appearance',
  component: lazyRouteComponent(() => import('../account/appearance-page.tsx'), 'AppearancePage'),
})

const githubSetupRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/github/setup',
  validateSearch: textSearch('installation_id', 'setup_action', 'state', 'code'),
  component: lazyRouteComponent(() => import('../repos/github-setup-page.tsx'), 'GithubSetupPage'),
})

const bitbucketSetupRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/bitbucket/setup',
  validateSearch: textSearch('state', 'code'),
  component: lazyRouteComponent(() => import('../repos/bitbucket-setup-page.tsx'), 'BitbucketSetupPage'),
})

const paymentDoneRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/billing/success',
  component: lazyRouteComponent(() => import('../usage/payment-page.tsx'), 'PaymentDonePage'),
})

const paymentCanceledRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/billing/cancel',
  component: lazyRouteComponent(() => import('../usage/payment-page.tsx'), 'PaymentCanceledPage'),
})

/** The routes of the signed-in person. */
export const signedInRoutes = [
  homeRoute,
  accountRoute,
  passkeysRoute,
  keysRoute,
  sessionsRoute,
  appearanceRoute,
  githubSetupRoute,
  bitbucketSetupRoute,
  paymentDoneRoute,
  paymentCanceledRoute,
] as const
