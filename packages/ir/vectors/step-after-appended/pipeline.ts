import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a', append: {} })
    const b = a.sh('make b', { label: 'b', append: {} })
    const c = sh('make c', { label: 'c', dependsOn: [a, [b.appended(), a.appended()], b.appended()] })
    return pipeline([sh('make d', { label: 'd', dependsOn: [a.appended(), c] })])
  },
}
