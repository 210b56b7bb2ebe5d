import { pipeline } from '@harmont/hm'
import { python } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([python({ image: 'debian:12' }).ci()]) }
