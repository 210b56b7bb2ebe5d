import { anyOf, pipeline, sh, when } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make a', { label: 'a', when: anyOf(when({ branch: 'main' }), when({ tag: 'v*' })) })]),
}
