import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    return pipeline([
      a,
      wait({ continueOnFailure: true }),
      sh('make b', { label: 'b' }),
      wait({ continueOnFailure: true }),
      a,
      wait(),
      sh('make c', { label: 'c' }),
    ])
  },
}
