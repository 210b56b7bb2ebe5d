import { pipeline } from '@harmont/hm'
import { zig } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([zig({ path: '.' }).ci()]) }
