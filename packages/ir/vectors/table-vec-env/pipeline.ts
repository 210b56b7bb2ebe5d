import { forever, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make', { key: 'env', cache: forever({ envKeys: ['B', 'A'] }) })]),
}
