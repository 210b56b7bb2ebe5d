import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([rust.project().ci({ nextest: true, doc: true })]) }
