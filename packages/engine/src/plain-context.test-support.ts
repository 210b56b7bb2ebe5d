import type { BuildContext } from './store.ts'

/** An empty build context, for tests and benchmarks. */
export const plainContext: BuildContext = {
  env: {},
  injectedEnv: { HARMONT: 'true' },
  cache: { read: ['org/main'], write: 'org/main' },
  trust: 'trusted',
  origin: { pipeline: 'ci', number: '1' },
  renderSlug: null,
  source: null,
  conditionContext: {
    event: 'push',
    branch: 'main',
    baseBranch: null,
    tag: null,
    changed: null,
    env: {},
    local: false,
  },
}
