import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const b = sh('make a', { label: 'a' }).sh('make b', { label: 'b' })
    const c = sh('make c', { label: 'c' })
    return pipeline([b, c.sh('make d', { label: 'd', dependsOn: b })])
  },
}
