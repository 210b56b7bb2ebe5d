import { pipeline, sh, when } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        when: when({
          local: false,
          env: { DEPLOY: ['yes', '1'] },
          changed: ['src/**'],
          tag: 'v*',
          baseBranch: ['rel/*'],
          branch: 'main',
          event: ['push', 'manual'],
        }),
      }),
    ]),
}
