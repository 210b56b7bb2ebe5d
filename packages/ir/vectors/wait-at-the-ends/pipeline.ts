import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([wait(), sh('make a', { label: 'a' }), sh('make b', { label: 'b' }), wait()]),
}
