import { group, pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      group([sh('make a', { label: 'a' }), [sh('make b', { label: 'b' })]]),
      wait(),
      sh('make c', { label: 'c' }),
    ]),
}
