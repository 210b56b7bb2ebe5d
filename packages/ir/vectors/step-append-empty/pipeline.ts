import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', append: {} }),
      sh('make b', { label: 'b', append: { secrets: [], idTokens: [], egress: [] } }),
    ]),
}
