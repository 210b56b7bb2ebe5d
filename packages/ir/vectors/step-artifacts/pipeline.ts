import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        artifacts: ['dist/**', { kind: 'junit', when: 'always', path: 'junit.xml' }, { path: 'cov', kind: 'coverage' }],
      }),
    ]),
}
