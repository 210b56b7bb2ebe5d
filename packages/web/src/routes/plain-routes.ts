import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { flagParam, present, textParam, textSearch } from '../navigation/search-params.ts'
import { plainRoute } from './layouts.tsx'

const loginRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/login',
  validateSearch: (given: Record<string, unknown>) =>
    present({ redirect: textParam(given, 'redirect') ?? textParam(given, 'next'), error: textParam(given, 'error') }),
  component: lazyRouteComponent(() => import('../auth/login-page.tsx'), 'LoginPage'),
})

const registerRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/register',
  validateSearch: textSearch('redirect'),
  component: lazyRouteComponent(() => import('../auth/register-page.tsx'), 'RegisterPage'),
})

const registerVerifyRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/register/verify',
  validateSearch: textSearch('token', 'redirect'),
  component: lazyRouteComponent(() => import('../auth/register-verify-page.tsx'), 'RegisterVerifyPage'),
})

const recoverRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/recover',
  validateSearch: textSearch('redirect'),
  component: lazyRouteComponent(() => import('../auth/recover-page.tsx'), 'RecoverPage'),
})

const recoverVerifyRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/recover/verify',
  validateSearch: textSearch('token', 'redirect'),
  component: lazyRouteComponent(() => import('../auth/recover-verify-page.tsx'), 'RecoverVerifyPage'),
})

const recoverVerifyFinalizeRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/recover/finalize',
  validateSearch: textSearch('token', 'redirect'),
  component: lazyRouteComponent(() => import('../auth/recover-verify-page.tsx'), 'RecoverVerifyPage'),
})

const callbackRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/auth/callback',
  validateSearch: textSearch('code', 'state', 'error'),
  component: lazyRouteComponent(() => import('../auth/callback-page.tsx'), 'CallbackPage'),
})

const cliLoginRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/cli-login',
  validateSearch: (given: Record<string, unknown>) =>
    present({
      port: textParam(given, 'port'),
      nonce: textParam(given, 'nonce'),
      state: textParam(given, 'state'),
      code: textParam(given, 'code'),
      paste: flagParam(given, 'paste'),
    }),
  component: lazyRouteComponent(() => import('../auth/cli/cli-login-page.tsx'), 'CliLoginPage'),
})

const inviteAcceptRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/invite/accept',
  validateSearch: textSearch('token'),
  component: lazyRouteComponent(() => import('../auth/invite/invite-accept-page.tsx'), 'InviteAcceptPage'),
})

const unsubscribeRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/unsubscribe',
  validateSearch: textSearch('token'),
  component: lazyRouteComponent(() => import('../auth/unsubscribe-page.tsx'), 'UnsubscribePage'),
})

const setupRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/setup',
  validateSearch: textSearch('token'),
  component: lazyRouteComponent(() => import('../auth/setup/setup-page.tsx'), 'SetupPage'),
})

const mailboxRoute = createRoute({
  getParentRoute: () => plainRoute,
  path: '/mailbox',
  component: lazyRouteComponent(() => import('../auth/mailbox-page.tsx'), 'MailboxPage'),
})

/** The routes for signing in and for mailed links. */
export const plainRoutes = [
  loginRoute,
  registerRoute,
  registerVerifyRoute,
  recoverRoute,
  recoverVerifyRoute,
  recoverVerifyFinalizeRoute,
  callbackRoute,
  cliLoginRoute,
  inviteAcceptRoute,
  unsubscribeRoute,
  setupRoute,
  mailboxRoute,
] as const
