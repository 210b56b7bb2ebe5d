import { pipeline } from '@harmont/hm'
import { py } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([py.uv()]) }
