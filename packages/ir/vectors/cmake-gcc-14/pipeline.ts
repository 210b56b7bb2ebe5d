import { pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([cmake({ path: '.', compiler: 'gcc-14' }).lint()]) }
