import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make a', { label: 'a' }), wait(), wait(), sh('make b', { label: 'b' })]),
}
