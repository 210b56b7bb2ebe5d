import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const plan = sh('make plan', { label: 'plan', append: {} })
    return pipeline([sh('make report', { label: 'report', dependsOn: plan.appended() })])
  },
}
