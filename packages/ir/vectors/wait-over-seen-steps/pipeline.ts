import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    return pipeline([a, wait(), sh('make b', { label: 'b' }), wait(), a, wait(), sh('make c', { label: 'c' })])
  },
}
