import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', tests: 'junit.xml' }),
      sh('make b', { label: 'b', tests: { report: 'reports/*.xml' }, artifacts: 'dist/**' }),
    ]),
}
