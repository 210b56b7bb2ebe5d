import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make a', { label: 'a', secrets: { B: 'own', C: 'C' } }), sh('make b', { label: 'b' })], {
      secrets: { A: 'a', B: 'b' },
    }),
}
