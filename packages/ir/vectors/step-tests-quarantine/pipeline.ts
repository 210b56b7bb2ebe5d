import { pipeline, sh } from '@harmont/hm'

const report = 'junit.xml'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', tests: { quarantine: true, report, forks: 3 } }),
      sh('make b', { label: 'b', tests: { report, quarantine: false } }),
    ]),
}
