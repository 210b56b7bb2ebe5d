import { pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default { slug: 'cmake-advanced', pipeline: () => pipeline([cmake({ path: '.', compiler: 'clang-18' }).test()]) }
