import { pipeline } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([go({ path: '$DIR/a b', version: '1.22' }).vet()]) }
