import { pipeline } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = go()
    return pipeline([project.build(), project.test(), project.vet(), project.fmt()])
  },
}
