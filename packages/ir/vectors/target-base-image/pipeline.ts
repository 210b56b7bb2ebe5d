import { pipeline, scratch } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const base = scratch({ image: 'node:24' })
    return pipeline([base.sh('make a', { label: 'a' }).sh('make b', { label: 'b' })])
  },
}
