import { forever, pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([rust.project({ cache: forever() }).test()]) }
