import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { buildSearch } from '../build/data/address.ts'
import { choiceParam, flagParam, present, textParam, textSearch } from '../navigation/search-params.ts'
import { usageSearch } from '../usage/search.ts'
import { firstPageNeeds } from './first-page.ts'
import { organizationRoute } from './layouts.tsx'

type Given = Readonly<Record<string, unknown>>

const pipelineStates = ['failing', 'running', 'never'] as const
const testStates = ['failing', 'failed', 'flaky', 'quarantined'] as const
const runnerScopes = ['organization', 'server'] as const
const timeDays = ['7', '30'] as const
const pipelineSorts = ['activity', 'name', 'failing'] as const

/** Parses the filters of the list of pipelines. */
function pipelinesSearch(given: Given) {
  return present({
    q: textParam(given, 'q'),
    state: choiceParam(given, 'state', pipelineStates),
    sort: choiceParam(given, 'sort', pipelineSorts),
  })
}

/** Parses the filters of a list of builds (web P4). The server checks their values. */
const buildsSearch = textSearch('pipeline', 'state', 'branch', 'commit', 'author', 'source', 'q', 'from', 'to')

const organizationHomeRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/',
  validateSearch: pipelinesSearch,
  component: lazyRouteComponent(() => import('../pipelines/pipelines-page.tsx'), 'PipelinesPage'),
})

const pipelinesRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines',
  validateSearch: pipelinesSearch,
  component: lazyRouteComponent(() => import('../pipelines/pipelines-page.tsx'), 'PipelinesPage'),
})

const buildsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'builds',
  validateSearch: buildsSearch,
  component: lazyRouteComponent(() => import('../builds/builds-page.tsx'), 'BuildsPage'),
})

const pipelineRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug',
  validateSearch: (given: Record<string, unknown>) =>
    present({ ...buildsSearch(given), 'new-build': flagParam(given, 'new-build') }),
  component: lazyRouteComponent(() => import('../pipelines/pipeline-page.tsx'), 'PipelinePage'),
})

const pipelineSettingsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug/settings',
  component: lazyRouteComponent(
    () => import('../pipelines/settings/pipeline-settings-page.tsx'),
    'PipelineSettingsPage',
  ),
})

const pipelineTestsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug/tests',
  validateSearch: (given: Given) =>
    present({ q: textParam(given, 'q'), state: choiceParam(given, 'state', testStates) }),
  component: lazyRouteComponent(() => import('../pipelines/tests/tests-page.tsx'), 'PipelineTestsPage'),
})

const pipelineTimeRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug/time',
  // The router parses `?days=30` as a number.
  validateSearch: (given: Given) =>
    present({ days: choiceParam({ days: textParam(given, 'days') }, 'days', timeDays) }),
  component: lazyRouteComponent(() => import('../pipelines/time/time-page.tsx'), 'PipelineTimePage'),
})

const testRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug/tests/$test',
  component: lazyRouteComponent(() => import('../pipelines/tests/test-page.tsx'), 'TestPage'),
})

const latestBuildRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug/builds/latest',
  validateSearch: textSearch('branch'),
  component: lazyRouteComponent(() => import('../build/latest-build-page.tsx'), 'LatestBuildPage'),
})

const buildRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug/builds/$number',
  validateSearch: buildSearch,
  // Runs once for each build, so that moving within its page reads nothing again.
  staleTime: Number.POSITIVE_INFINITY,
  loader: ({ context, params: { org, slug, number }, location }) => {
    const { job, attempt } = buildSearch(location.search)
    const place = { org, slug, number: Number(number) }
    firstPageNeeds(
      import('../build/build-page.tsx').then(({ readAhead }) =>
        readAhead(context.queryClient, place, { job, attempt, fragment: location.hash }),
      ),
    )
  },
  component: lazyRouteComponent(() => import('../build/build-page.tsx'), 'BuildPage'),
})

const jobRedirectRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'pipelines/$slug/builds/$number/jobs/$jobId',
  component: lazyRouteComponent(() => import('../build/job-redirect-page.tsx'), 'JobRedirectPage'),
})

const reposRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'repos',
  validateSearch: textSearch('q', 'provider'),
  component: lazyRouteComponent(() => import('../repos/repos-page.tsx'), 'ReposPage'),
})

const organizationGithubSetupRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'github/setup',
  validateSearch: textSearch('installation_id', 'setup_action', 'state', 'code'),
  component: lazyRouteComponent(() => import('../repos/github-setup-page.tsx'), 'GithubSetupPage'),
})

const usageRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'usage',
  validateSearch: usageSearch,
  component: lazyRouteComponent(() => import('../usage/usage-page.tsx'), 'UsagePage'),
})

const organizationSettingsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('../settings/organization-page.tsx'), 'OrganizationPage'),
})

const membersRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'settings/members',
  component: lazyRouteComponent(() => import('../settings/members-page.tsx'), 'MembersPage'),
})

const integrationsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'settings/integrations',
  component: lazyRouteComponent(() => import('../repos/integrations-page.tsx'), 'IntegrationsPage'),
})

const runnersRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'settings/runners',
  validateSearch: (given: Given) => present({ scope: choiceParam(given, 'scope', runnerScopes) }),
  component: lazyRouteComponent(() => import('../runners/runners-page.tsx'), 'RunnersPage'),
})

const notificationsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'settings/notifications',
  component: lazyRouteComponent(() => import('../settings/notifications/notifications-page.tsx'), 'NotificationsPage'),
})

const auditRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'settings/audit',
  component: lazyRouteComponent(() => import('../settings/audit-page.tsx'), 'AuditPage'),
})

/** The routes of an organization. */
export const organizationRoutes = [
  organizationHomeRoute,
  pipelinesRoute,
  buildsRoute,
  pipelineRoute,
  pipelineSettingsRoute,
  pipelineTestsRoute,
  pipelineTimeRoute,
  testRoute,
  latestBuildRoute,
  buildRoute,
  jobRedirectRoute,
  reposRoute,
  organizationGithubSetupRoute,
  usageRoute,
  organizationSettingsRoute,
  membersRoute,
  integrationsRoute,
  runnersRoute,
  notificationsRoute,
  auditRoute,
] as const
