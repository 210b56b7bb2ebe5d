import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    return pipeline([a, wait(), a.sh('make b', { label: 'b' })])
  },
}
