import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make a', { label: ':rocket: …' }), sh('make b', { label: '日本' })]),
}
