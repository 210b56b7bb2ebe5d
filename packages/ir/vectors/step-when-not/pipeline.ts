import { not, pipeline, sh, when } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make a', { label: 'a', when: not(when({ changed: 'docs/**' })) })]),
}
