import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    const b = a.sh('make b', { label: 'b' })
    const c = b.sh('make c', { label: 'c' })
    return pipeline([c, a.sh('make d', { label: 'd' }), b])
  },
}
