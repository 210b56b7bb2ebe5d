import { pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    const b = sh('make b', { label: 'b' })
    return pipeline([
      a,
      b,
      wait(),
      sh('make c', { label: 'c', dependsOn: [b] }).sh('make d', { label: 'd', dependsOn: [a, a] }),
    ])
  },
}
