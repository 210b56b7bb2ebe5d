import { pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = cmake({
      path: '.',
      target: 'app',
      defines: { CMAKE_BUILD_TYPE: 'Release', NAME: 'a b', PREFIX: '$HOME/x', BUILD_TESTING: true, N: 3 },
    })
    return pipeline([project.test(), project.build()])
  },
}
