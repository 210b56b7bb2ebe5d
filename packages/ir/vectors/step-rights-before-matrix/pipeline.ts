import { matrix, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      matrix({ go: ['1'] }, () => sh('make a', { label: 'a', egress: [], idTokens: { T: 'x' }, append: { max: 1 } })),
    ]),
}
