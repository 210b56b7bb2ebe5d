import { allOf, anyOf, pipeline, sh, when } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        when: allOf(when({ branch: 'main' }), anyOf(when({ event: 'push' }), when({ local: true }))),
      }),
    ]),
}
