import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a' }),
      sh('make b', { label: 'b' }),
      wait({ continueOnFailure: true }),
      sh('make c', { label: 'c' }),
    ]),
}
