import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make a', { label: 'Test' }), sh('make b', { label: ':x: test' }), sh('make c', { label: 'lint' })]),
}
