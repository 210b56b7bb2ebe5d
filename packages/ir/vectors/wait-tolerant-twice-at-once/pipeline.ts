import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a' }),
      wait({ continueOnFailure: true }),
      wait({ continueOnFailure: true }),
      sh('make b', { label: 'b' }),
      wait(),
      sh('make c', { label: 'c' }),
    ]),
}
