import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([wait({ continueOnFailure: true }), sh('make a', { label: 'a' }), wait(), sh('make b', { label: 'b' })]),
}
