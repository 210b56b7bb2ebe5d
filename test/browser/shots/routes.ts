export interface ShownRoute {
  /** The name of the picture. */
  readonly name: string
  readonly path: string
  /** Whether visitors are signed out. */
  readonly isPublic?: boolean
}

const build = '/default/pipelines/ci/builds'

/** Every page, in each state that needs no breakage. */
export const routes: readonly ShownRoute[] = [
  { name: 'login', path: '/login', isPublic: true },
  { name: 'login-error', path: '/login?error=oauth_state_invalid', isPublic: true },
  { name: 'register', path: '/register', isPublic: true },
  { name: 'register-verify', path: '/register/verify?token=unknown', isPublic: true },
  { name: 'recover', path: '/recover', isPublic: true },
  { name: 'recover-verify', path: '/recover/verify?token=unknown', isPublic: true },
  { name: 'setup', path: '/setup?token=unknown', isPublic: true },
  { name: 'invite', path: '/invite/accept?token=unknown', isPublic: true },
  { name: 'mailbox', path: '/mailbox', isPublic: true },
  { name: 'cli-login', path: '/cli-login?port=40404&nonce=abcdefghijklmnopqrstuvwxyz&state=s&code=1' },
  { name: 'cli-login-paste', path: '/cli-login?paste=true&nonce=abcdefghijklmnopqrstuvwxyz' },
  { name: 'pipelines', path: '/default' },
  { name: 'pipelines-none-match', path: '/default?q=nothing-is-called-so' },
  { name: 'getting-started', path: '/empty' },
  { name: 'builds', path: '/default/builds' },
  { name: 'builds-filtered', path: '/default/builds?state=canceled&branch=main' },
  { name: 'builds-empty', path: '/empty/builds' },
  { name: 'pipeline', path: '/default/pipelines/ci' },
  { name: 'pipeline-never-built', path: '/default/pipelines/never' },
  { name: 'new-build', path: '/default/pipelines/ci?new-build=1' },
  { name: 'pipeline-tests', path: '/default/pipelines/ci/tests' },
  { name: 'pipeline-tests-none', path: '/default/pipelines/never/tests' },
  { name: 'test-not-found', path: '/default/pipelines/ci/tests/unknown' },
  { name: 'pipeline-settings', path: '/default/pipelines/ci/settings' },
  { name: 'build-failed', path: `${build}/3` },
  { name: 'build-tests', path: `${build}/3?view=tests` },
  { name: 'build-tests-none', path: '/default/pipelines/nightly/builds/1?view=tests' },
  { name: 'build-passed', path: `${build}/2` },
  { name: 'build-running', path: '/default/pipelines/nightly/builds/2' },
  { name: 'build-waiting-step', path: '/default/pipelines/nightly/builds/2?job=build' },
  { name: 'build-waiting-group', path: '/default/pipelines/release/builds/3' },
  { name: 'build-waiting-step-group', path: '/default/pipelines/release-docs/builds/1?job=deploy' },
  { name: 'build-skipped-step', path: `${build}/3?job=deploy` },
  { name: 'build-graph', path: `${build}/3?view=graph` },
  { name: 'build-waterfall', path: `${build}/2?view=waterfall` },
  { name: 'build-unknown', path: `${build}/99` },
  { name: 'repos', path: '/default/repos' },
  { name: 'repos-empty', path: '/empty/repos' },
  { name: 'usage', path: '/default/usage' },
  { name: 'usage-empty', path: '/empty/usage' },
  { name: 'organization', path: '/default/settings' },
  { name: 'members', path: '/default/settings/members' },
  { name: 'integrations', path: '/default/settings/integrations' },
  { name: 'audit', path: '/default/settings/audit' },
  { name: 'account', path: '/account' },
  { name: 'passkeys', path: '/account/passkeys' },
  { name: 'keys', path: '/account/keys' },
  { name: 'sessions', path: '/account/sessions' },
  { name: 'appearance', path: '/account/appearance' },
  { name: 'create-organization', path: '/default?create-org=1' },
  { name: 'github-setup', path: '/github/setup' },
  { name: 'organization-unknown', path: '/nobody' },
  { name: 'not-found', path: '/default/nowhere' },
  { name: 'docs', path: '/docs', isPublic: true },
  { name: 'docs-error', path: '/docs/errors/build_plan_rejected', isPublic: true },
]
