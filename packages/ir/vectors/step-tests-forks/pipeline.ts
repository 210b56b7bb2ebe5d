import { pipeline, sh } from '@harmont/hm'

const report = 'junit.xml'
const rerun = 'vitest run "$HARMONT_TEST_FILE" -t "$HARMONT_TEST_NAME"'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', tests: { report, forks: 0 } }),
      sh('make b', { label: 'b', tests: { rerun, budget: '10m', forks: 20, report }, artifacts: 'dist/**' }),
    ]),
}
