import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    return pipeline([a.sh('make b', { label: 'b' }), a.sh('make c', { label: 'c' }), a])
  },
}
